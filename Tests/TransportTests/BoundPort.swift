import Glibc
import PouchCore

/// A TCP port of every local address, IPv4 and IPv6, that is taken and that nobody listens at.
struct BoundPort {
  let number: UInt16
  private let descriptor: Int32

  init() throws {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let isBound = withUnsafeMutableBytes(of: &address) { bytes in
      let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      return bind(descriptor, address, length) == 0
        && getsockname(descriptor, address, &length) == 0
    }
    guard isBound else { throw PouchError.system(.internal, "no port", errno: errno) }
    number = UInt16(bigEndian: address.sin6_port)
    self.descriptor = descriptor
  }

  func close() { Glibc.close(descriptor) }
}
