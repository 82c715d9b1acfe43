internal import Glibc

/// The part of an IP address that one party has at its disposal: all of IPv4's, and the first 64
/// bits of IPv6's, behind which a host chooses freely.
package struct SourceNetwork: Sendable, Hashable {
  private let bits: UInt64
  private let isIPv6: Bool

  /// - Parameter address: `192.0.2.1:7447` or `[2001:db8::1]:7447`, as peers have it.
  /// - Returns: nil for anything else.
  package init?(_ address: String) {
    guard let colon = address.lastIndex(of: ":") else { return nil }
    var host = address[..<colon]
    guard host.hasPrefix("[") else {
      var four = in_addr()
      guard inet_pton(AF_INET, String(host), &four) == 1 else { return nil }
      bits = UInt64(UInt32(bigEndian: four.s_addr))
      isIPv6 = false
      return
    }
    host = host.dropFirst().dropLast()
    // What is behind % names the interface.
    host = host.prefix { $0 != "%" }
    var six = in6_addr()
    guard inet_pton(AF_INET6, String(host), &six) == 1 else { return nil }
    let (first, second) = withUnsafeBytes(of: six) {
      (
        UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
    // IPv4 through a socket of both families.
    isIPv6 = first != 0 || second >> 32 != 0xFFFF
    bits = isIPv6 ? first : second & 0xFFFF_FFFF
  }
}
