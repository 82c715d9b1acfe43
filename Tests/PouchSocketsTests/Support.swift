import Glibc
import PouchCore
import PouchSockets
import Synchronization
import Testing

/// The error that `body` throws; a failure when it throws none.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> PouchError? {
  do {
    try await body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    return nil
  } catch {
    return error as? PouchError
  }
}

/// Runs `body` with a reactor of its own, which ends with it.
func withReactor(loops: Int, _ body: (Reactor) async throws -> Void) async throws {
  let reactor = try Reactor(loops: loops)
  defer { reactor.shutdown() }
  try await body(reactor)
}

/// Something that several tasks and threads change.
final class Shared<Value: Sendable>: Sendable {
  private let storage: Mutex<Value>

  init(_ value: Value) { storage = Mutex(value) }

  var value: Value { storage.withLock { $0 } }

  @discardableResult
  func change<R: Sendable>(_ body: @Sendable (inout Value) -> R) -> R {
    storage.withLock { body(&$0) }
  }
}

/// A one-shot event that a task waits for.
final class Signal: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func fire() { continuation.finish() }

  func wait() async { for await _ in stream {} }
}

extension ByteStream {
  func readExactly(_ count: Int) async throws(PouchError) -> Bytes {
    var buffer = ByteBuffer()
    while buffer.count < count {
      guard try await read(into: &buffer) > 0 else {
        throw PouchError(.truncated, "\(buffer.count) of \(count) bytes came")
      }
    }
    return buffer.freeze()
  }

  func echo() async throws(PouchError) {
    var buffer = ByteBuffer()
    while try await read(into: &buffer) > 0 { try await write([buffer.take(buffer.count)]) }
    try await finish()
  }
}

/// Prepares the process of an exit test.
func beginExitTest() {
  handOnErrors()
  startSymbolizer()
  // A time limit ends the parent's wait, not the child.
  alarm(50)
}

/// Leaves this process so many descriptors beyond those that it has.
func leaveDescriptors(_ count: rlim_t) {
  let next = dup(0)
  close(next)
  var limit = rlimit(rlim_cur: rlim_t(next) + count, rlim_max: rlim_t(next) + count)
  guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(2) }
}

/// Lets what the process of an exit test says on stderr come out where the tests' own words do: the
/// testing library drops it, and with it the report of a sanitizer.
private func handOnErrors() {
  let descriptor = open("/proc/\(getppid())/fd/\(STDERR_FILENO)", O_WRONLY | O_APPEND)
  guard descriptor >= 0 else { return }
  dup2(descriptor, STDERR_FILENO)
  close(descriptor)
}

/// Lets a sanitizer start the program that finds names for its reports, while there are descriptors for
/// it: a report without names is suppressed by none of the names that are known to be harmless.
private func startSymbolizer() {
  typealias Symbolize =
    @convention(c) (
      UnsafeRawPointer, UnsafePointer<CChar>, UnsafeMutablePointer<CChar>, Int
    ) -> Void
  guard let address = dlsym(nil, "__sanitizer_symbolize_pc") else { return }
  var text = [CChar](repeating: 0, count: 256)
  unsafeBitCast(address, to: Symbolize.self)(address, "%f", &text, text.count)
}

/// A listening socket that nobody accepts from, with the smallest backlog there is.
struct RawListener {
  let descriptor: Int32
  let port: UInt16

  /// On the loopback interface; without listening, it keeps the port from everybody else.
  init(isListening: Bool = true) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    (descriptor, port) = try RawListener.open(AF_INET, &address, isListening) { descriptor in
      var bound = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutableBytes(of: &bound) { bytes in
        _ = getsockname(
          descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
      }
      return UInt16(bigEndian: bound.sin_port)
    }
  }

  /// At a path.
  init(path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    (descriptor, port) = try RawListener.open(AF_UNIX, &address, true) { _ in 0 }
  }

  private static func open<Address>(
    _ family: Int32, _ address: inout Address, _ isListening: Bool, _ port: (Int32) -> UInt16
  ) throws -> (Int32, UInt16) {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    let isBound = withUnsafeBytes(of: &address) { bytes in
      bind(
        descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(bytes.count)) == 0
    }
    try #require(descriptor >= 0 && isBound && (!isListening || listen(descriptor, 0) == 0))
    return (descriptor, port(descriptor))
  }

  /// Takes one connection out of the backlog and closes it.
  func acceptAndClose() { Glibc.close(accept(descriptor, nil, nil)) }

  func close() { Glibc.close(descriptor) }
}
