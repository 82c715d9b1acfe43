import Glibc
import PouchCore
import Testing

@testable import PouchSockets

/// Thousands of connections that open, talk, are cancelled and are closed at random.
///
/// The seed fixes what every connection does; what the scheduler makes of it differs from run to
/// run. It is the test to run under the thread sanitizer:
///
///     swift test --sanitize=thread --filter StressTests
@Suite("Connections that come and go at random", .timeLimit(.minutes(5)), .serialized)
struct StressTests {
  private static let connections = 2000
  private static let atOnce = 100

  @Test("leave nobody waiting and nothing open", arguments: [1, 4], ["tcp", "unix"])
  func stress(_ loops: Int, _ scheme: String) async throws {
    try await withReactor(loops: loops) { reactor in
      if scheme == "tcp" {
        try await run(
          TCPTransport(reactor: reactor), .tcp("127.0.0.1", 0), seed: UInt64(loops))
      } else {
        let name = "pouch-stress-\(getpid())-\(loops)"
        try await run(
          UnixTransport(reactor: reactor), .unix(abstract: name), seed: UInt64(loops) + 100)
      }
    }
  }

  private func run<T: Transport>(
    _ transport: T, _ endpoint: Endpoint, seed: UInt64
  ) async throws where T.Stream == SocketStream, T.Listener == SocketListener {
    let listener = try await transport.listen(on: endpoint)
    let sockets = Shared<Set<ino_t>>([])
    let tally = Shared<[Behaviour: Int]>([:])
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        await withDiscardingTaskGroup { servers in
          var generator = SplitMix(seed: ~seed)
          while let server = try? await listener.accept() {
            if let inode = server.inode { sockets.change { $0.insert(inode) } }
            let isPinned = Bool.random(using: &generator)
            let patience = Int.random(in: 0..<40, using: &generator)
            servers.addTask(executorPreference: isPinned ? server.loop : nil) {
              await Self.serve(server, patience: patience)
            }
          }
        }
      }

      var generator = SplitMix(seed: seed)
      try await withThrowingTaskGroup(of: Void.self) { clients in
        for number in 0..<Self.connections {
          if number >= Self.atOnce { try await clients.next() }
          let behaviour = try #require(Behaviour.allCases.randomElement(using: &generator))
          let rounds = Int.random(in: 0..<10, using: &generator)
          let isPinned = Bool.random(using: &generator)
          clients.addTask {
            try await Self.play(
              behaviour, rounds: rounds, isPinned: isPinned, sockets: sockets
            ) { () async throws(PouchError) in
              try await transport.connect(to: listener.endpoint)
            }
            tally.change { $0[behaviour, default: 0] += 1 }
          }
        }
        try await clients.waitForAll()
      }
      listener.close()
    }

    #expect(tally.value.values.reduce(0, +) == Self.connections)
    #expect(tally.value.count == Behaviour.allCases.count)
    #expect(!sockets.value.isEmpty)
    #expect(openSockets().isDisjoint(with: sockets.value), "every descriptor is closed")
  }

  /// What a client does with its connection.
  private enum Behaviour: CaseIterable {
    case talk, cancelConnect, cancelRead, cancelWrite, closeWhileReading, closeWhileWriting, drop
    case closeFromTimer, neverRead
  }

  /// Echoes, until the end, an error, or the end of its patience.
  private static func serve(_ server: SocketStream, patience: Int) async {
    defer { server.close() }
    var buffer = ByteBuffer()
    for round in 0... {
      // A few of them are rude.
      if patience < 4, round > patience { return }
      guard let count = try? await server.read(into: &buffer), count > 0,
        (try? await server.write([buffer.take(buffer.count)])) != nil
      else { break }
    }
    try? await server.finish()
  }

  private static func play(
    _ behaviour: Behaviour, rounds: Int, isPinned: Bool, sockets: Shared<Set<ino_t>>,
    _ connect: @escaping @Sendable () async throws(PouchError) -> SocketStream
  ) async throws {
    if behaviour == .cancelConnect {
      let task = Task { try await connect() }
      task.cancel()
      if case .success(let stream) = await task.result { stream.close() }
      return
    }
    let stream = try await connect()
    if let inode = stream.inode { sockets.change { $0.insert(inode) } }
    try await withTaskExecutorPreference(isPinned ? stream.loop : nil) {
      do throws(PouchError) {
        for round in 0..<rounds { try await exchange(stream, round) }
        try await end(behaviour, stream)
        if behaviour != .drop { stream.close() }
      } catch {
        stream.close()
        // What a rude server, or a close of our own, looks like from here.
        let expected: [PouchError.Code] = [.connectionLost, .truncated, .closed, .cancelled]
        try #require(expected.contains(error.code), "\(behaviour): \(error)")
      }
    }
  }

  private static func exchange(_ stream: SocketStream, _ round: Int) async throws(PouchError) {
    let message = Bytes(utf8: "round \(round) " + String(repeating: "x", count: round * 500))
    try await stream.write([message])
    guard try await stream.readExactly(message.count) == message else {
      throw PouchError(.badData, "the echo is not what was said")
    }
  }

  private static func end(
    _ behaviour: Behaviour, _ stream: SocketStream
  ) async throws(PouchError) {
    switch behaviour {
    case .talk, .cancelConnect:
      try await stream.finish()
      _ = try? await stream.readExactly(1)
    case .drop: break
    case .cancelRead: await cancelled { _ = try? await stream.readExactly(1) }
    case .cancelWrite: await cancelled { await flood(stream) }
    case .closeWhileReading: await closing(stream) { _ = try? await stream.readExactly(1) }
    case .closeWhileWriting: await closing(stream) { await flood(stream) }
    case .closeFromTimer:
      let timer = stream.loop.schedule(after: .microseconds(300)) { stream.close() }
      _ = try? await stream.readExactly(1)
      timer.cancel()
    case .neverRead:
      try await stream.write([Bytes([UInt8](repeating: 7, count: 100_000))])
    }
  }

  private static func flood(_ stream: SocketStream) async {
    let piece = Bytes([UInt8](repeating: 7, count: 64 << 10))
    for _ in 0..<256 where (try? await stream.write([piece])) == nil { return }
  }

  private static func cancelled(_ body: @escaping @Sendable () async -> Void) async {
    let task = Task { await body() }
    await Task.yield()
    task.cancel()
    await task.value
  }

  private static func closing(
    _ stream: SocketStream, _ body: @escaping @Sendable () async -> Void
  ) async {
    let task = Task { await body() }
    await Task.yield()
    stream.close()
    await task.value
  }

  /// The sockets that this process has open.
  private func openSockets() -> Set<ino_t> {
    var found: Set<ino_t> = []
    guard let directory = opendir("/proc/self/fd") else { return found }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      var status = stat()
      if let number = Int32(name), fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK
      {
        found.insert(status.st_ino)
      }
    }
    return found
  }
}

extension SocketStream {
  /// The kernel's number for the socket, which no other has while this one is open.
  fileprivate var inode: ino_t? {
    try? withDescriptor { descriptor in
      var status = stat()
      return fstat(descriptor, &status) == 0 ? status.st_ino : nil
    }
  }
}
