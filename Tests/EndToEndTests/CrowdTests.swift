import Foundation
import Testing

/// Many connections at once, of peers that do not behave, beside one that does.
@Suite(
  .enabled(if: Program.hasPython, "there is no python3 here to run the peer with"), .serialized,
  .timeLimit(.minutes(2)))
struct CrowdTests {
  private static let peer = Program(
    name: "crowd_peer.py",
    command: ["python3", "-B", Repository.path("Tests/Peers/crowd_peer.py")])

  @Test(
    "objects that are not completed, and connections beyond the limit, keep nobody's object out",
    .disabled(if: Sanitizer.isActive))
  func descriptors() async throws {
    let workspace = try Workspace()
    let word = workspace.file("word")
    try #require(mkfifo(word, 0o600) == 0)
    let limited = Program(
      name: "pouch-receive",
      command: ["bash", "-c", "ulimit -n 256; exec \"$@\"", "bash"] + Program.receive.command)
    let (_, received) = try await withProgram(
      limited,
      [
        "--listen", Meeting.tcp.endpoint(workspace), "--output", workspace.file("D"), "--json",
        "--set", "timeouts.hello=60s", "--set", "timeouts.body=60s",
      ]
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      _ = try await withProgram(Self.peer, ["descriptors", endpoint, word]) { crowd in
        defer { crowd.send(SIGKILL) }
        try await crowd.line(with: "crowded")
        try await receiving.line(with: "\"event\":\"paused\"")
        _ = try await run(
          Program(name: "sh", command: ["sh", "-c", "echo on >\"$0\"", word]), [])
        try await crowd.line(with: "stored")
        #expect(workspace.size("D/honest") == 200_000)
      }
      try await receiving.line(with: "\"event\":\"resumed\"")
      let sent = try await run(.send, ["--to", endpoint, try workspace.make("a", size: 300_000)])
      #expect(sent.status == 0, "\(sent)")
    }
    let events = try EventTable(of: "receiver").events(received.output)
    #expect(events.named("paused").map { $0.text("code") } == ["exhausted"])
    #expect(events.named("resumed").count == 1)
    #expect(events.named("object").compactMap { $0.text("name") } == ["honest", "a"])
    #expect(events.named("rejected").allSatisfy { $0.text("name") == nil })
    #expect(workspace.names("D") == ["a", "honest"])
  }

  @Test(
    "sessions that are opened and left give back what they took, and one too many is told so",
    .disabled(if: Sanitizer.isActive), arguments: [Meeting.tcp, .tls, .unix])
  func sessions(_ meeting: Meeting) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let connections = 150
    let (crowd, received) = try await withProgram(
      .receive,
      [
        "--listen", meeting.endpoint(workspace), "--output", workspace.file("D"),
        "--set", "limits.connections=\(connections)",
      ] + meeting.identity(.listener, workspace)
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      let idle = try FileManager.default.contentsOfDirectory(
        atPath: "/proc/\(receiving.processID)/fd"
      ).count
      var arguments = [
        "sessions", endpoint, "\(receiving.processID)", "\(connections)", "\(idle + 8)",
      ]
      if meeting == .tls { arguments += ["--certs", workspace.file("Certs")] }
      return try await run(Self.peer, arguments)
    }
    #expect(crowd.status == 0, "\(crowd)")
    #expect(crowd.output.first == "busy", "\(crowd)")
    let growth = crowd.output.last?.split(separator: " ").last.flatMap { Int($0) }
    #expect(try #require(growth) < 16 << 10, "\(crowd)")
    #expect(workspace.names("D") == ["first", "second", "third"], "\(received)")
  }

  // MARK: TLS

  private static let hasOpenSSL = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

  /// A client that finishes its TLS handshake and then types one line again and again.
  private func type(
    _ line: String, _ workspace: Workspace, _ endpoint: String, _ options: [String] = []
  ) async throws -> Outcome {
    let port = endpoint.split(separator: ":").last.map(String.init) ?? ""
    let certs = workspace.file("Certs")
    let arguments = [
      "-connect", "localhost:\(port)", "-CAfile", "\(certs)/ca.pem", "-cert",
      "\(certs)/sender.pem", "-key", "\(certs)/sender.key", "-alpn", "pouch/1",
    ]
    return try await run(
      Program(
        name: "openssl",
        command: ["bash", "-c", "yes \"$0\" | openssl s_client \"$@\" >&2; true", line]),
      arguments + options)
  }

  @Test(
    "a client that asks for new keys again and again, or to negotiate again, goes alone",
    .enabled(if: hasOpenSSL, "openssl is not in /usr/bin"),
    arguments: [
      ("K", "the peer asks for new keys again and again", []),
      ("k", "the hello took longer", []),
      ("R", "the peer asks to negotiate again, which is refused", ["-tls1_2"]),
    ] as [(String, String, [String])])
  func newKeys(_ line: String, _ reason: String, _ options: [String]) async throws {
    let workspace = try Workspace()
    try await Meeting.tls.prepare(workspace)
    let file = try workspace.make("a", size: 300_000)
    let (_, received) = try await withProgram(
      .receive,
      [
        "--listen", "tls://localhost:0", "--output", workspace.file("D"), "--set",
        "timeouts.hello=2s", "--set", "tls.policy=compatible-2026", "-v",
      ] + Meeting.tls.identity(.listener, workspace)
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      _ = try await type(line, workspace, endpoint, options)
      try await receiving.line(with: reason)
      let sent = try await run(
        .send, ["--to", endpoint, file] + Meeting.tls.identity(.dialler, workspace))
      #expect(sent.status == 0, "\(sent)")
      let status = try String(
        contentsOfFile: "/proc/\(receiving.processID)/status", encoding: .utf8)
      let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?
        .split(separator: " ").compactMap { Int($0) }.first
      #expect(try #require(peak) < 64 << 10)
    }
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D") == ["a"])
  }
}
