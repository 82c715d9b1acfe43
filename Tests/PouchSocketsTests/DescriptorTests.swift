import Glibc
import PouchCore
import Testing

@testable import PouchSockets

@Suite("Descriptors", .timeLimit(.minutes(1)))
struct DescriptorTests {
  @Test("stay open while somebody uses them, and are released once")
  func use() {
    let use = SharedUse()
    #expect(use.enter())
    #expect(use.enter())
    #expect(!use.leave())
    #expect(use.close())
    #expect(!use.close())
    #expect(!use.enter())
    #expect(!use.leave(), "the owner leaves, one user is left")
    #expect(use.leave(), "the last one releases")
    #expect(use.isClosing)
    #expect(!use.enter())
  }

  @Test("are released by exactly one of many who leave at once")
  func contention() async {
    for _ in 0..<50 {
      let shared = SharedUse()
      let released = Shared(0)
      await withDiscardingTaskGroup { group in
        for number in 0..<16 {
          group.addTask {
            for _ in 0..<100 where shared.enter() {
              #expect(released.value == 0)
              if shared.leave() { released.change { $0 += 1 } }
            }
            if number % 4 == 0, shared.close(), shared.leave() {
              released.change { $0 += 1 }
            }
          }
        }
      }
      #expect(released.value == 1)
    }
  }

  private final class SharedUse: Sendable {
    private let use = DescriptorUse()

    var isClosing: Bool { use.isClosing }
    func enter() -> Bool { use.enter() }
    func leave() -> Bool { use.leave() }
    func close() -> Bool { use.close() }
  }

  /// In a process of its own, whose limit is its own.
  @Test("that run out make connections wait, and not fail")
  func shortage() async {
    await #expect(processExitsWith: .success) {
      beginExitTest()
      let transport = TCPTransport()
      let listener = try await transport.listen(on: .tcp("127.0.0.1", 0))
      var clients: [SocketStream] = []
      for _ in 0..<100 { clients.append(try await transport.connect(to: listener.endpoint)) }

      // Room for a few more than there are; the 100 wait in the backlog.
      leaveDescriptors(10)

      try await withThrowingTaskGroup { group in
        group.addTask {
          await withDiscardingTaskGroup { servers in
            while let server = try? await listener.accept() {
              // One is left for what serving needs, such as a file.
              let file = open("/dev/null", O_RDONLY)
              if file < 0 { exit(3) }
              close(file)
              servers.addTask { try? await server.echo() }
            }
          }
        }
        try await withThrowingTaskGroup { talks in
          for client in clients {
            talks.addTask {
              try await client.write([Bytes(utf8: "hello")])
              if try await client.readExactly(5).text != "hello" { exit(4) }
              client.close()
            }
          }
          try await talks.waitForAll()
        }
        listener.close()
        try await group.waitForAll()
      }
      exit(0)
    }
  }

  /// In a process of its own, whose limit is its own.
  @Test("that run out are told once, and once that there are enough again")
  func telling() async {
    await #expect(processExitsWith: .success) {
      beginExitTest()
      let transport = TCPTransport()
      let listener = try await transport.listen(on: .tcp("127.0.0.1", 0))
      let (events, told) = AsyncStream.makeStream(of: AcceptShortage.self)
      listener.onShortage { told.yield($0) }
      var clients: [SocketStream] = []
      for _ in 0..<30 { clients.append(try await transport.connect(to: listener.endpoint)) }
      leaveDescriptors(10)

      let held = Shared<[SocketStream]>([])
      let accepting = Task {
        while let server = try? await listener.accept() { held.change { $0.append(server) } }
      }
      var story = ""
      for await event in events {
        switch event {
        case .began(let error):
          guard error.code == .exhausted, error.cause?.isEmpty == false else { exit(3) }
          story += "began "
        case .goesOn:
          // Some are let go, which are not enough the first times.
          held.change { $0.removeFirst(min(4, $0.count)) }
        case .ended: story += "ended"
        }
        if case .ended = event { break }
      }
      guard story == "began ended" else { exit(4) }
      listener.close()
      await accepting.value
      exit(0)
    }
  }

  @Test("a shortage that comes and goes is one, until a second has gone well")
  func book() {
    var book = ShortageBook()
    var told: [String] = []
    for (now, lacks) in [
      (0, false), (1000, true), (1900, false), (1950, true), (2000, false), (2949, false),
      (2950, false), (9000, false), (10_000, true), (11_000, false),
    ] {
      let moment = Duration.milliseconds(now)
      let isTold = lacks ? book.lacks(moment) : book.suffices(moment)
      if isTold { told.append("\(lacks ? "began" : "ended") \(now)") }
      #expect(book.isOpen == told.last?.hasPrefix("began") ?? false)
    }
    #expect(told == ["began 1000", "ended 2950", "began 10000", "ended 11000"])
  }
}
