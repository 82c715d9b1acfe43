internal import Glibc
internal import PouchCore

extension Endpoint {
  /// Whether a network endpoint certainly stays on this machine.
  ///
  /// Only `localhost` and addresses in their usual notation count: `127.1` or `0177.0.0.1` mean
  /// different things to different resolvers.
  var isLoopback: Bool {
    guard let host else { return true }
    if host.lowercased() == "localhost" { return true }
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 {
      return UInt32(bigEndian: four.s_addr) >> 24 == 127
    }
    var six = in6_addr()
    guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
    let bytes = withUnsafeBytes(of: &six) { Array($0) }
    if bytes == Array(repeating: 0, count: 15) + [1] { return true }
    // An IPv4 address in IPv6's clothes.
    return bytes.starts(with: Array(repeating: 0, count: 10) + [0xFF, 0xFF, 127])
  }
}
