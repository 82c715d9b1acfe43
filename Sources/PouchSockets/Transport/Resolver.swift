internal import CPouchSystem
internal import Glibc
internal import PouchCore

/// Finds the addresses of a host: at once when it is an address itself, and otherwise away from
/// the event loops, since `getaddrinfo` blocks for as long as the name servers take.
enum Resolver {
  /// More than any sane name has; what comes after them is not tried.
  private static let mostAddresses = 32

  /// - Parameter code: The code of the error when there is no address.
  static func addresses(
    _ host: String, _ port: UInt16, until deadline: EventLoop.Instant, on loop: EventLoop,
    orThrow code: PouchError.Code
  ) async throws(PouchError) -> [SocketAddress] {
    if case .success(let found) = lookUp(host, port, isNumeric: true) { return found }
    let answer = try await BlockingPool.shared.run("name lookup", until: deadline, on: loop) {
      lookUp(host, port, isNumeric: false)
    }
    switch answer {
    case .success(let found): return found
    case .failure(let failure):
      throw PouchError(
        code, "no address is known for the host '\(host)'",
        hint: failure.isUnknown ? "check the spelling, or write the address" : nil,
        cause: failure.text)
    }
  }

  private struct Failure: Error {
    var isUnknown: Bool
    var text: String
  }

  private static func lookUp(
    _ host: String, _ port: UInt16, isNumeric: Bool
  ) -> Result<[SocketAddress], Failure> {
    withUnsafeTemporaryAllocation(of: pouch_address.self, capacity: mostAddresses) { found in
      guard let base = found.baseAddress else { return .success([]) }
      var number: Int32 = 0
      let result = pouch_resolve(
        host, port, isNumeric ? 1 : 0, base, Int32(found.count), &number)
      guard result > 0 else {
        let text =
          number == 0
          ? String(cString: pouch_resolve_text(result))
          : PouchError.system(.internal, "", errno: number).cause ?? ""
        return .failure(
          Failure(isUnknown: pouch_resolve_is_name_unknown(result) != 0, text: text))
      }
      return .success(found.prefix(Int(result)).map(SocketAddress.init(raw:)))
    }
  }
}
