import Glibc
import PouchCore
import PouchSockets
import Testing

@Suite("The Unix transport", .timeLimit(.minutes(1)))
struct UnixTransportTests {
  private let transport = UnixTransport()

  private func withPath(_ body: (_ path: String) async throws -> Void) async throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    try await body(directory.path + "/socket")
  }

  private func status(_ path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  /// Leaves the file of a socket that nobody listens at any more.
  private func leaveDeadSocket(at path: String) throws {
    try RawListener(path: path).close()
  }

  @Test("makes a socket that only its owner can use, and removes it")
  func file() async throws {
    try await withPath { path in
      let listener = try await transport.listen(on: .unix(path: path))
      let mode = try #require(status(path)).st_mode
      #expect(mode & S_IFMT == S_IFSOCK)
      #expect(mode & 0o777 == 0o600)
      listener.close()
      #expect(status(path) == nil)
    }
  }

  @Test("knows who is at the other end", arguments: [true, false])
  func credentials(_ isAbstract: Bool) async throws {
    try await withPath { path in
      let endpoint = isAbstract ? Endpoint.unix(abstract: path) : .unix(path: path)
      let listener = try await transport.listen(on: endpoint)
      let client = try await transport.connect(to: endpoint)
      let server = try await listener.accept()
      let own = PeerIdentity.Credentials(
        processID: getpid(), userID: geteuid(), groupID: getegid())
      #expect(client.peer.credentials == own)
      #expect(server.peer.credentials == own)
      #expect(server.peer.address == endpoint.description)
      client.close()
      listener.close()
    }
  }

  @Test("takes over the file of a listener that died")
  func deadSocket() async throws {
    try await withPath { path in
      try leaveDeadSocket(at: path)
      let refused = await failure { _ = try await transport.connect(to: .unix(path: path)) }
      #expect(refused?.code == .unreachable)
      let listener = try await transport.listen(on: .unix(path: path))
      try await transport.connect(to: .unix(path: path)).close()
      listener.close()
    }
  }

  @Test("lets one of many take over a dead socket, and that one is alive")
  func race() async throws {
    try await withPath { path in
      for _ in 0..<10 {
        try leaveDeadSocket(at: path)
        let listeners = await withTaskGroup { group in
          for _ in 0..<8 {
            group.addTask { try? await transport.listen(on: .unix(path: path)) }
          }
          return await group.reduce(into: [SocketListener]()) {
            if let listener = $1 { $0.append(listener) }
          }
        }
        #expect(listeners.count == 1)
        try await transport.connect(to: .unix(path: path)).close()
        for listener in listeners { listener.close() }
        #expect(status(path) == nil)
      }
    }
  }

  @Test("leaves the living, and what is no socket, alone")
  func inTheWay() async throws {
    try await withPath { path in
      let alive = try RawListener(path: path)
      let inUse = await failure { _ = try await transport.listen(on: .unix(path: path)) }
      #expect(inUse?.code == .configuration)
      #expect(inUse?.cause == "Address already in use")
      #expect(status(path) != nil)
      alive.close()
      unlink(path)

      close(open(path, O_CREAT | O_WRONLY, 0o600))
      let file = await failure { _ = try await transport.listen(on: .unix(path: path)) }
      #expect(file?.code == .configuration)
      #expect(file?.message.contains("not a socket") == true)
      #expect(status(path) != nil)

      unlink(path)
      symlink("/dev/null", path)
      let link = await failure { _ = try await transport.listen(on: .unix(path: path)) }
      #expect(link?.message.contains("not a socket") == true)
    }
  }

  @Test("does not remove a file that has taken the place of its own")
  func replaced() async throws {
    try await withPath { path in
      let listener = try await transport.listen(on: .unix(path: path))
      unlink(path)
      let successor = try await transport.listen(on: .unix(path: path))
      listener.close()
      #expect(status(path) != nil)
      try await transport.connect(to: .unix(path: path)).close()
      successor.close()
      #expect(status(path) == nil)
    }
  }

  @Test("tells what to do about a directory that is missing")
  func missingDirectory() async throws {
    try await withPath { path in
      let error = await failure {
        _ = try await transport.listen(on: .unix(path: path + ".d/socket"))
      }
      #expect(error?.code == .configuration)
      #expect(error?.hint?.contains("mkdir -p -m 700 '\(path).d'") == true)
      let nobody = await failure { _ = try await transport.connect(to: .unix(path: path)) }
      #expect(nobody?.code == .unreachable)
    }
  }

  @Test("does not connect to a user who is not allowed", arguments: [true, false])
  func foreignListener(_ isAbstract: Bool) async throws {
    try await withPath { path in
      let endpoint = isAbstract ? Endpoint.unix(abstract: path) : .unix(path: path)
      let listener = try await transport.listen(on: endpoint)
      let choosy = UnixTransport(allowedUsers: [geteuid() + 1])
      let error = await failure { _ = try await choosy.connect(to: endpoint) }
      #expect(error?.code == .security)
      #expect(error?.message.contains("user \(geteuid())") == true)
      listener.close()
    }
  }

  @Test("turns away users who are not allowed, and goes on", arguments: [true, false])
  func foreignClient(_ isAbstract: Bool) async throws {
    try await withPath { path in
      let endpoint = isAbstract ? Endpoint.unix(abstract: path) : .unix(path: path)
      let choosy = UnixTransport(allowedUsers: [geteuid() + 1])
      let listener = try await choosy.listen(on: endpoint)
      async let accepting = failure { _ = try await listener.accept() }
      for _ in 0..<3 {
        let client = try await transport.connect(to: endpoint)
        var buffer = ByteBuffer()
        #expect(try await client.read(into: &buffer) == 0)
      }
      listener.close()
      #expect(await accepting?.code == .closed)
    }
  }

  @Test("waits while the backlog is full, and connects when it no longer is")
  func fullBacklog() async throws {
    try await withPath { path in
      let listener = try RawListener(path: path)
      defer { listener.close() }
      let streams = try await withThrowingTaskGroup { group in
        for _ in 0..<4 {
          group.addTask { try await transport.connect(to: .unix(path: path)) }
        }
        for _ in 0..<4 {
          try await BlockingPool.shared.run { () throws(PouchError) in listener.acceptAndClose() }
        }
        return try await group.reduce(into: [SocketStream]()) { $0.append($1) }
      }
      #expect(streams.count == 4)
    }
  }

  @Test("gives up on a backlog that stays full", arguments: [true, false])
  func backlogStaysFull(_ isCancelled: Bool) async throws {
    try await withPath { path in
      let listener = try RawListener(path: path)
      defer { listener.close() }
      let impatient = UnixTransport(connectTimeout: .milliseconds(isCancelled ? 2000 : 50))
      let codes = Shared<[PouchError.Code]>([])
      await withDiscardingTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            do throws(PouchError) {
              try await impatient.connect(to: .unix(path: path)).close()
            } catch {
              codes.change { $0.append(error.code) }
            }
          }
        }
        if isCancelled { group.cancelAll() }
      }
      #expect(!codes.value.isEmpty)
      #expect(codes.value.allSatisfy { $0 == (isCancelled ? .cancelled : .timedOut) })
    }
  }

  @Test("refuses names that no socket can have")
  func names() async throws {
    for endpoint in [
      Endpoint.tcp("localhost", 1), .unix(path: ""), .unix(abstract: ""),
      .unix(path: String(repeating: "x", count: 108)), .unix(path: "a\0b"),
    ] {
      let error = await failure { _ = try await transport.listen(on: endpoint) }
      #expect(error?.code == .usage)
    }
  }
}
