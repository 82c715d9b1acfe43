import Foundation
import Glibc

/// A blocking TCP socket on 127.0.0.1, closed when it goes out of scope.
final class LoopbackSocket: Sendable {
  private let descriptor: Int32

  private init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Self.error("socket") }
  }

  private init(owning descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  static func listening() throws -> LoopbackSocket {
    let socket = try LoopbackSocket()
    try withAddress(port: 0) { address, length in
      guard bind(socket.descriptor, address, length) == 0 else { throw error("bind") }
    }
    guard listen(socket.descriptor, 1) == 0 else { throw error("listen") }
    return socket
  }

  static func connected(to port: UInt16) throws -> LoopbackSocket {
    let socket = try LoopbackSocket()
    try withAddress(port: port) { address, length in
      guard connect(socket.descriptor, address, length) == 0 else { throw error("connect") }
    }
    try socket.disableDelay()
    return socket
  }

  func port() throws -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutableBytes(of: &address) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) {
        getsockname(descriptor, $0.baseAddress, &length)
      }
    }
    guard result == 0 else { throw Self.error("getsockname") }
    return UInt16(bigEndian: address.sin_port)
  }

  func accepted() throws -> LoopbackSocket {
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else { throw Self.error("accept") }
    let socket = LoopbackSocket(owning: connection)
    try socket.disableDelay()
    return socket
  }

  func sendAll(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { throw Self.error("send") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Returns 0 at the end of the stream.
  func receive(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
    guard count >= 0 else { throw Self.error("recv") }
    return count
  }

  private func disableDelay() throws {
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size) == 0 else {
      throw Self.error("TCP_NODELAY")
    }
  }

  private static func withAddress(
    port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
  ) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    try withUnsafePointer(to: address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func error(_ call: String) -> SystemCallError {
    SystemCallError(call: call, reason: String(cString: strerror(errno)))
  }
}

/// A call into the system, or into a C library, that failed.
struct SystemCallError: Error, CustomStringConvertible {
  let call: String
  let reason: String
  var description: String { "\(call): \(reason)" }
}
