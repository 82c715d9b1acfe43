internal import CPouchSystem
internal import Glibc
internal import PouchCore

/// An address in the kernel's own form.
struct SocketAddress: Sendable, Equatable {
  private var raw: pouch_address

  init() {
    raw = pouch_address()
  }

  init(raw: pouch_address) {
    self.raw = raw
  }

  /// The address of a Unix socket.
  init(_ address: Endpoint.Address) throws(PouchError) {
    var raw = pouch_address()
    let name: String
    let isAbstract: Bool
    switch address {
    case .path(let path): (name, isAbstract) = (path, false)
    case .name(let abstract): (name, isAbstract) = (abstract, true)
    case .network: throw PouchError(.usage, "a host and a port are no address of a Unix socket")
    }
    let result = SystemText.bytes(name).withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, !bytes.isEmpty else { return -EINVAL }
      if !isAbstract, bytes.contains(0) { return -EINVAL }
      return pouch_address_unix(base, bytes.count, isAbstract ? 1 : 0, &raw)
    }
    guard result >= 0 else {
      throw .system(
        .usage, "'\(name)' is no name for a Unix socket", errno: -result,
        hint: "use 1 to 107 bytes, without a NUL in a path")
    }
    self.raw = raw
  }

  func withRaw<R>(_ body: (UnsafePointer<pouch_address>) -> R) -> R {
    withUnsafePointer(to: raw, body)
  }

  mutating func withMutableRaw<R>(_ body: (UnsafeMutablePointer<pouch_address>) -> R) -> R {
    withUnsafeMutablePointer(to: &raw, body)
  }

  /// The port; 0 for a Unix socket.
  var port: UInt16 {
    get { withRaw { pouch_address_port($0) } }
    set { withMutableRaw { pouch_address_set_port($0, newValue) } }
  }

  /// Whether nothing that is sent there leaves this machine: 127.0.0.0/8 and ::1.
  var isLoopback: Bool { withRaw { pouch_address_is_loopback($0) != 0 } }

  var isIPv6: Bool { withRaw { pouch_address_is_ipv6($0) != 0 } }

  /// `192.0.2.1` or `2001:db8::1`; nil for a Unix socket.
  var host: String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard let base = buffer.baseAddress,
        withRaw({ pouch_address_text($0, base, buffer.count) }) >= 0
      else { return nil }
      return String(cString: base)
    }
  }

  static func == (one: SocketAddress, other: SocketAddress) -> Bool {
    one.withRaw { one in other.withRaw { other in pouch_address_is_equal(one, other) != 0 } }
  }
}

extension SocketAddress: CustomStringConvertible {
  /// `192.0.2.1:7447` or `[2001:db8::1]:7447`.
  var description: String {
    guard let host else { return "?" }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
