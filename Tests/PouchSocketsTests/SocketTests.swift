import Glibc
import PouchCore
import Testing

@testable import PouchSockets

@Suite("A socket", .timeLimit(.minutes(1)))
struct SocketTests {
  /// A socket of the loop, and the descriptor at its other end.
  private func withPair(
    on loop: EventLoop, connecting: Bool = false,
    _ body: (_ socket: Socket, _ peer: Int32) async throws -> Void
  ) async throws {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    let socket = try Socket(adopting: ends[0], loop: loop, connecting: connecting)
    defer {
      socket.close()
      close(ends[1])
    }
    try await body(socket, ends[1])
  }

  /// Returns once the loop has seen every event that was there before the call.
  private func settle(_ loop: EventLoop) async throws {
    try await withPair(on: loop) { socket, peer in
      #expect(send(peer, "x", 1, 0) == 1)
      #expect(await socket.waitToRead() == .ready)
    }
  }

  @Test("remembers bytes that came while nobody waited")
  func rememberedRead() async throws {
    try await withReactor(loops: 1) { reactor in
      try await withPair(on: reactor.next()) { socket, peer in
        #expect(send(peer, "x", 1, 0) == 1)
        try await settle(reactor.next())
        #expect(await socket.waitToRead() == .ready)
        // Once: the next wait is for bytes to come.
        #expect(await socket.waitToRead(until: .now) == .timedOut)
      }
    }
  }

  @Test("a wait that may time out leaves nothing behind that ends a later one")
  func patience() async throws {
    try await withReactor(loops: 1) { reactor in
      let loop = reactor.next()
      try await withPair(on: loop) { socket, peer in
        let patience = Duration.milliseconds(10)
        await withTaskExecutorPreference(loop) {
          // On the loop, this cannot happen before the wait has begun.
          let soon = loop.schedule(after: .zero) { #expect(send(peer, "x", 1, 0) == 1) }
          #expect(await socket.waitToRead(patience: patience) == .ready)
          soon.cancel()
        }
        // Its timer is still set, and sees this wait when it fires, and might see it again.
        let late = loop.schedule(after: patience * 10) { socket.nudgeReader() }
        #expect(await socket.waitToRead() == .ready)
        late.cancel()
        #expect(await socket.waitToRead(patience: patience) == .timedOut)
      }
    }
  }

  @Test(
    "gives a cancelled task the bytes that are there, after a read that took all there was, too")
  func cancelledRead() async throws {
    try await withReactor(loops: 1) { reactor in
      let loop = reactor.next()
      try await withPair(on: loop) { socket, peer in
        // On the loop, which learns of no event meanwhile.
        let task = Task<Void, any Error>(executorPreference: loop) {
          var buffer = ByteBuffer()
          #expect(send(peer, "x", 1, 0) == 1)
          let first = try await socket.read(into: &buffer)
          withUnsafeCurrentTask { $0?.cancel() }
          #expect(send(peer, "y", 1, 0) == 1)
          let second = try await socket.read(into: &buffer)
          #expect((first, second) == (1, 1))
          #expect(buffer.freeze().text == "xy")
          let nothing = await failure {
            var more = ByteBuffer()
            _ = try await socket.read(into: &more)
          }
          #expect(nothing?.code == .cancelled)
        }
        try await task.value
      }
    }
  }

  @Test("remembers room that came while nobody waited, and asks for the next")
  func rememberedWrite() async throws {
    try await withReactor(loops: 1) { reactor in
      try await withPair(on: reactor.next(), connecting: true) { socket, peer in
        try await settle(reactor.next())
        #expect(await socket.waitToWrite() == .ready, "remembered")
        #expect(await socket.waitToWrite() == .ready, "asked for")
        for _ in 0..<10 {
          try socket.withDescriptor { while send($0, "x", 1, 0) == 1 {} }
          async let waiting = socket.waitToWrite()
          var bytes = [UInt8](repeating: 0, count: 4096)
          while recv(peer, &bytes, bytes.count, 0) > 0 {}
          #expect(await waiting == .ready)
        }
      }
    }
  }

  @Test("ends a wait at its deadline, and no later wait")
  func deadline() async throws {
    try await withReactor(loops: 1) { reactor in
      try await withPair(on: reactor.next()) { socket, peer in
        for _ in 0..<100 {
          let outcome = await socket.waitToRead(until: .now + .microseconds(50))
          #expect(outcome == .timedOut)
        }
        async let waiting = socket.waitToRead(until: .now + .seconds(3600))
        #expect(send(peer, "x", 1, 0) == 1)
        #expect(await waiting == .ready)
      }
    }
  }

  @Test("reads, writes and waits for nobody once it is closed")
  func closed() async throws {
    try await withReactor(loops: 1) { reactor in
      try await withPair(on: reactor.next()) { socket, peer in
        socket.close()
        #expect(await socket.waitToRead() == .ready)
        #expect(await socket.waitToWrite() == .ready)
        #expect(await failure { try socket.finish() }?.code == .closed)
        var byte: UInt8 = 0
        #expect(recv(peer, &byte, 1, 0) == 0, "the descriptor is closed")
      }
    }
  }
}
