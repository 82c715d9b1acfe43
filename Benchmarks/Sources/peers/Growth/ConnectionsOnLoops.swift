/// Many connections at once in a process of their own, whose number of event loops is set.
struct ConnectionsOnLoops: Contender {
  let carrier: Carrier
  let count: Int
  let loops: Int
  let credentials: Credentials

  var name: String { "\(carrier), \(loops == 1 ? "1 loop" : "\(loops) loops")" }
  var summary: String { "async send and a handler that does not wait, both ends in one process" }

  func measure(seconds: Double) async throws -> Double {
    let arguments = [
      "many", "--carrier", carrier.rawValue, "--count", "\(count)", "--loops", "\(loops)",
      "--seconds", "\(seconds)", "--credentials", credentials.directory,
    ]
    let text = try await onThread {
      let companion = try Companion(arguments)
      defer { companion.end() }
      return try companion.answer()
    }
    guard let rate = Double(text) else {
      throw VerificationError(reason: "'\(text)' is no rate")
    }
    return rate
  }
}
