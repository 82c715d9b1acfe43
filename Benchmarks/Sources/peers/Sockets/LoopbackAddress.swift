import Glibc

/// The address of a listener: a port that the system chooses, or a name of which there is no file.
struct LoopbackAddress {
  private var storage = sockaddr_storage()
  private var length: socklen_t

  init(_ carrier: Carrier) {
    if carrier == .unix {
      // Bound with its family alone, the socket gets an abstract name of the system's choice.
      storage.ss_family = sa_family_t(AF_UNIX)
      length = socklen_t(MemoryLayout<sa_family_t>.size)
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
      length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutableBytes(of: &storage) { storage in
        withUnsafeBytes(of: address) { storage.copyMemory(from: $0) }
      }
    }
  }

  func with(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) throws {
    try withUnsafePointer(to: storage) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, length) }
    }
  }

  /// Becomes the address that a socket was bound to.
  mutating func read(of descriptor: Int32) throws {
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &size)
      }
    }
    guard result == 0 else { throw SystemCallError("getsockname") }
    length = size
  }
}
