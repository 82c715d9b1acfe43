import Foundation
import Testing

/// What the programs do about descriptors.
@Suite(.timeLimit(.minutes(1))) struct ShortageTests {
  private func receiver(limit: String) -> Program {
    Program(
      name: "pouch-receive",
      command: ["bash", "-c", "\(limit); exec \"$@\"", "bash"] + Program.receive.command)
  }

  @Test("a receiver raises its limit of descriptors as far as it may")
  func raised() async throws {
    let workspace = try Workspace()
    _ = try await withProgram(
      receiver(limit: "ulimit -Sn 100; ulimit -Hn 200"),
      ["--listen", Meeting.unix.endpoint(workspace), "--raw"]
    ) { running in
      defer { running.send(SIGTERM) }
      _ = try await running.endpoint()
      let limits = try String(contentsOfFile: "/proc/\(running.processID)/limits", encoding: .utf8)
      let lines = limits.split(separator: "\n")
      let line = try #require(lines.first { $0.hasPrefix("Max open files") })
      #expect(line.split(separator: " ").filter { Int($0) != nil } == ["200", "200"])
    }
  }

  @Test("a pause of accepting is told once, and so is its end; who is connected is served")
  func paused() async throws {
    let workspace = try Workspace()
    let socket = workspace.file("x.sock")
    let (_, received) = try await withProgram(
      receiver(limit: "ulimit -n 40"),
      [
        "--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D"), "--json",
        "--set", "timeouts.hello=60s",
      ]
    ) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      // They have spoken, so that they do not make room.
      let crowd = try (0..<60).map { _ in try Preface(at: socket) }
      try await running.line(with: "\"event\":\"paused\"")
      for peer in crowd { peer.close() }
      try await running.line(with: "\"event\":\"resumed\"")
      let sent = try await run(.send, ["--to", endpoint, try workspace.make("a", size: 10)])
      #expect(sent.status == 0, "\(sent)")
    }
    let events = try EventTable(of: "receiver").events(received.output)
    #expect(events.named("paused").map { $0.text("code") } == ["exhausted"])
    #expect(events.named("resumed").count == 1)
    #expect(received.errors.count { $0.contains("accepting has paused") } == 1, "\(received)")
    #expect(received.errors.count { $0.contains("accepted again") } == 1, "\(received)")
  }

  /// A connection to a Unix socket that has said Pouch's first eight bytes.
  private struct Preface {
    private let descriptor: Int32

    init(at path: String) throws {
      descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      try #require(descriptor >= 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let result = withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(result == 0)
      let bytes: [UInt8] = [0x8b, 0x50, 0x4f, 0x55, 0x43, 0x48, 1, 0]
      try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    func close() { _ = Glibc.close(descriptor) }
  }
}
