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
    case .failure(let failure): throw failure.error(code, host)
    }
  }

  /// The same, for whoever may wait: it blocks.
  static func addressesNow(
    _ host: String, _ port: UInt16, orThrow code: PouchError.Code
  ) throws(PouchError) -> [SocketAddress] {
    switch lookUp(host, port, isNumeric: false) {
    case .success(let found): return found
    case .failure(let failure): throw failure.error(code, host)
    }
  }

  private struct Failure: Error {
    var isUnknown: Bool
    var text: String
    /// What the system lacked; 0 when the answer is the name server's.
    var number: Int32

    func error(_ code: PouchError.Code, _ host: String) -> PouchError {
      let message = "no address is known for the host '\(host)'"
      if number != 0 { return .system(code, message, errno: number) }
      return PouchError(
        code, message, hint: isUnknown ? "check the spelling, or write the address" : nil,
        cause: text)
    }
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
        return .failure(
          Failure(
            isUnknown: pouch_resolve_is_name_unknown(result) != 0,
            text: String(cString: pouch_resolve_text(result)), number: number))
      }
      // A hosts file may name one address in several lines.
      var addresses: [SocketAddress] = []
      for raw in found.prefix(Int(result)) {
        let address = SocketAddress(raw: raw)
        if !addresses.contains(address) { addresses.append(address) }
      }
      return .success(addresses)
    }
  }
}
