import Synchronization

/// What connections cost that are open and silent: two programs hold the two ends of so many, and
/// each says how much more memory it has than with the first ten.
final class IdleConnections: Sendable {
  struct Cost: Sendable {
    var sending: Double
    var receiving: Double
  }

  private let carrier: Carrier
  private let credentials: Credentials
  private let count: Int
  private let known = Mutex<Cost?>(nil)

  init(carrier: Carrier, credentials: Credentials, count: Int) {
    self.carrier = carrier
    self.credentials = credentials
    self.count = count
  }

  /// Both ends as contenders of one contest; one run measures both.
  static func contenders(_ connections: IdleConnections) -> [any Contender] {
    [
      IdleEnd(connections: connections, isSending: false),
      IdleEnd(connections: connections, isSending: true),
    ]
  }

  fileprivate var carrierName: String { carrier.rawValue }
  fileprivate var number: Int { count }

  fileprivate func cost() async throws -> Cost {
    if let cost = known.withLock({ $0 }) { return cost }
    let cost = try await onThread { try self.measure() }
    known.withLock { $0 = cost }
    return cost
  }

  private func measure() throws -> Cost {
    let common = [
      "--carrier", carrier.rawValue, "--count", "\(count)", "--credentials", credentials.directory,
    ]
    let receiver = try Companion(["hold"] + common)
    defer { receiver.end() }
    let endpoint = try receiver.answer()
    let sender = try Companion(["hold"] + common + ["--to", endpoint])
    defer { sender.end() }
    // Each answers when it has its first ten; then with the cost of the others.
    _ = try sender.answer()
    _ = try receiver.ask("first")
    let sending = try sender.ask("rest")
    let receiving = try receiver.ask("rest")
    guard let sending = Double(sending), let receiving = Double(receiving) else {
      throw VerificationError(reason: "'\(sending)' and '\(receiving)' are no sizes")
    }
    return Cost(sending: sending, receiving: receiving)
  }
}

private struct IdleEnd: Contender {
  let connections: IdleConnections
  let isSending: Bool

  var name: String {
    "\(connections.carrierName), \(isSending ? "sending" : "receiving") end"
  }
  var summary: String {
    "anonymous resident memory of a process with \(connections.number) of them, less that with 10"
  }

  func measure(seconds: Double) async throws -> Double {
    let cost = try await connections.cost()
    return isSending ? cost.sending : cost.receiving
  }
}
