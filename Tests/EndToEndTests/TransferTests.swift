import Foundation
import Testing

/// Files from one executable to the other.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TransferTests {
  /// An empty file, a small one, one of several chunks, and one of a frame's size.
  private static let sizes = ["a": 0, "b": 5, "c": 700_001, "d": 65_536]

  @Test(
    "files arrive as they were, whoever listens", arguments: Meeting.allCases, Stages.allCases)
  func matrix(_ meeting: Meeting, _ stages: Stages) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let paths = try Self.sizes.map { try workspace.make($0.key, size: $0.value) }.sorted()
    for receiverListens in [true, false] {
      let output = receiverListens ? "to-listener" : "from-listener"
      let receiving =
        ["--output", workspace.file(output)] + (try stages.receiverOptions(workspace))
      let sending = try stages.senderOptions(workspace) + paths
      let (listener, dialler) =
        receiverListens ? (Program.receive, Program.send) : (.send, .receive)
      let listening =
        ["--listen", meeting.endpoint(workspace)] + meeting.identity(.listener, workspace)
        + (receiverListens ? receiving + ["--count", "4"] : sending)
      let (dialled, listened) = try await meet(listener, listening, dialler) { endpoint in
        [receiverListens ? "--to" : "--from", endpoint] + meeting.identity(.dialler, workspace)
          + (receiverListens ? sending : receiving)
      }
      #expect(dialled.status == 0, "\(dialled)")
      #expect(listened.status == 0, "\(listened)")
      #expect(workspace.names(output) == Self.sizes.keys.sorted())
      for name in Self.sizes.keys {
        #expect(try workspace.bytes("\(output)/\(name)") == workspace.bytes(name))
      }
      let sender = receiverListens ? dialled : listened
      #expect(
        sender.error.contains(
          "accepted 4 = acknowledged 4 + refused 0 + undelivered 0 + in flight 0"), "\(sender)")
    }
  }

  @Test("both say what was negotiated when asked for more")
  func negotiated() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let file = try workspace.make("a", size: 10)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", "tls://localhost:0", "--output", workspace.file("D"), "--count", "1", "-v"]
        + Meeting.tls.identity(.listener, workspace)
    ) { running in
      try await run(
        .send,
        ["--to", try await running.endpoint(), "-v", "--compress", "deflate", "--integrity"]
          + ["crc32c", "--acknowledge", "received", file]
          + Meeting.tls.identity(.dialler, workspace))
    }
    for outcome in [sent, received] {
      let text = outcome.error
      #expect(text.contains("TLSv1.3 TLS_AES_128_GCM_SHA256 x25519"), "\(outcome)")
      #expect(text.contains("pipeline deflate, crc32c, acknowledgement received"), "\(outcome)")
    }
    #expect(received.error.contains("received a (10 bytes) from sender (127.0.0.1:"))
  }

  @Test(
    "standard input is sent in pieces and gets the name it is given", arguments: [3, 5_000_000])
  func standardInput(_ size: Int) async throws {
    let workspace = try Workspace()
    let file = try workspace.make("input", size: size)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.abstract.endpoint(workspace), "--output", workspace.file("D")]
        + ["--count", "2"]
    ) { running in
      let endpoint = try await running.endpoint()
      // From a file, and through a pipe whose size nobody knows.
      let first = try await run(.send, ["--to", endpoint, "--name", "x/y", "-"], input: file)
      var piped = Program.send
      piped.command = ["sh", "-c", "cat \"$0\" | exec \"$@\"", file] + piped.command
      return [first, try await run(piped, ["--to", endpoint, "-"])]
    }
    #expect(sent.map(\.status) == [0, 0], "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D") == ["object-1", "x", "x/y"])
    #expect(try workspace.bytes("D/x/y") == workspace.bytes("input"))
    #expect(try workspace.bytes("D/object-1") == workspace.bytes("input"))
  }

  @Test("--raw writes payloads to stdout, one after the other")
  func raw() async throws {
    let workspace = try Workspace()
    let files = [
      try workspace.write("a", "first\n"), try workspace.write("b", "second\nthird\n"),
    ]
    let (sent, received) = try await withProgram(
      .receive, ["--listen", Meeting.abstract.endpoint(workspace), "--raw", "--count", "2"]
    ) { running in
      try await run(.send, ["--to", try await running.endpoint()] + files)
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(received.output == ["first", "second", "third"])
  }

  @Test("--json tells everything as events, and every line is JSON")
  func events() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("odd \"name\"\u{7}", size: 300_000)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D"), "--json"]
        + ["--count", "1"]
    ) { running in
      let endpoint = try await running.endpoint()
      let refused = try await run(.send, ["--to", endpoint, "--json", file])
      let file = try workspace.make("plain", size: 300_000)
      return [
        refused, try await run(.send, ["--to", endpoint, "--json", "--header", "k=v", file]),
      ]
    }
    func names(_ outcome: Outcome) throws -> [String] {
      try outcome.output.map { line in
        let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(event?["v"] as? Int == 1)
        return try #require(event?["event"] as? String)
      }
    }
    #expect(sent.map(\.status) == [2, 0], "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(
      try names(sent[0]) == ["connected", "object", "rejected", "disconnected", "summary", "error"])
    #expect(
      try names(sent[1]) == ["connected", "object", "acknowledged", "disconnected", "summary"])
    #expect(
      try names(received).filter { $0 != "progress" } == [
        "listening", "connected", "rejected", "disconnected", "connected", "object",
        "disconnected", "summary",
      ])
    #expect(received.output.contains { $0.contains("\"headers\":{\"k\":\"v\"}") })
  }
}
