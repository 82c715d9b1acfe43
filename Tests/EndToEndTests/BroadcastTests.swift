import Foundation
import Testing

/// A sender that gives every receiver each object.
@Suite(.serialized, .timeLimit(.minutes(1))) struct BroadcastTests {
  private func sending(
    _ workspace: Workspace, _ text: String, _ options: [String] = []
  ) throws -> [String] {
    let file = try workspace.write("input", text)
    return ["--listen", "tcp://127.0.0.1:0", "--broadcast", file] + options
  }

  @Test(
    "every receiver gets each object, until a signal ends it in good order",
    arguments: [SIGINT, SIGTERM])
  func everybody(_ signal: Int32) async throws {
    let workspace = try Workspace()
    let options = ["--format", "json", "--each-line", "--integrity", "crc32c"]
    let (received, sent) = try await withProgram(
      .send, try sending(workspace, "[1]\n[2]\n[3]\n", options)
    ) { running in
      let endpoint = try await running.endpoint()
      let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
        for _ in 0..<3 {
          group.addTask { try await run(.receive, ["--from", endpoint, "--lines"]) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      // Those who come later get the same.
      let late = try await run(.receive, ["--from", endpoint, "--lines"])
      running.send(signal)
      return outcomes + [late]
    }
    #expect(received.count == 4)
    for outcome in received {
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.output == ["[1]", "[2]", "[3]"], "\(outcome)")
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(sent.error.contains("sent 12 objects to 4 receivers"), "\(sent)")
    #expect(sent.error.contains("acknowledged 12 + refused 0"), "\(sent)")
  }

  @Test("a receiver that refuses, and one that is killed, are no affair of the others")
  func independence() async throws {
    let workspace = try Workspace()
    let (received, sent) = try await withProgram(
      .send, try sending(workspace, "{1: 2}\n", ["--format", "diagnostic"])
    ) { running in
      let endpoint = try await running.endpoint()
      let strict = try await run(.receive, ["--from", endpoint, "--lines", "--strict"])
      // Its stdout is a pipe that nobody reads and that is full, so that it never answers.
      let fifo = workspace.file("fifo")
      try #require(mkfifo(fifo, 0o600) == 0)
      var stuck = Program.receive
      let script = """
        exec 3<>"$0"
        dd if=/dev/zero of="$0" bs=4096 oflag=nonblock 2>/dev/null
        exec "$@" >&3
        """
      stuck.command = ["sh", "-c", script, fifo] + stuck.command
      let (_, killed) = try await withProgram(
        stuck, ["--from", endpoint, "--diagnostic", "-v"]
      ) { running in
        try await running.line(with: "connected")
        running.send(SIGKILL)
      }
      #expect(killed.status == -SIGKILL)
      let good = try await run(.receive, ["--from", endpoint, "--diagnostic"])
      running.send(SIGTERM)
      return [strict, good]
    }
    #expect(received.map(\.status) == [65, 0], "\(received)")
    #expect(received[1].output == ["{1: 2}"])
    #expect(sent.status == 0, "\(sent)")
    #expect(sent.error.contains("the receiver refused the object"), "\(sent)")
  }

  @Test(
    "receivers that stop reading cost the others nothing, and are told of when it ends",
    arguments: [Meeting.tcp, .tls, .unix])
  func stopReading(_ meeting: Meeting) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    // More than sockets and windows hold.
    let file = try workspace.make("input", size: 12_000_000)
    let (pipe, identity) = (workspace.file("full"), meeting.identity(.dialler, workspace))
    let full = try UnreadPipe(pipe)
    let stuck = Program(
      name: "pouch-receive",
      command: ["sh", "-c", "out=$0; exec \"$@\" > \"$out\"", pipe] + Program.receive.command)
    let (_, sent) = try await withProgram(
      .send,
      [
        "--listen", meeting.endpoint(workspace), "--broadcast", file, "--json", "-v",
        "--set", "timeouts.drain=500ms",
      ] + meeting.identity(.listener, workspace)
    ) { sending in
      let endpoint = try await sending.endpoint()
      _ = try await withProgram(stuck, ["--from", endpoint, "--raw", "-v"] + identity) { first in
        defer { first.send(SIGKILL) }
        try await first.line(with: "connected")
        _ = try await withProgram(stuck, ["--from", endpoint, "--raw", "-v"] + identity) { second in
          defer { second.send(SIGKILL) }
          try await second.line(with: "connected")
          for name in ["A", "B", "C"] {
            let good = try await run(
              .receive, ["--from", endpoint, "--output", workspace.file(name)] + identity)
            #expect(good.status == 0, "\(good)")
            #expect(try workspace.bytes("\(name)/input") == workspace.bytes("input"))
          }
          sending.send(SIGTERM)
          // They are still there when it ends.
          try await sending.line(with: "\"event\":\"summary\"")
        }
      }
    }
    withExtendedLifetime(full) {}
    #expect(sent.status == 0, "\(sent)")
    let events = try EventTable(of: "sender").events(sent.output)
    let ends = events.named("disconnected")
    #expect(ends.count == 5)
    #expect(ends.count { $0["error"] != nil } == 2, "\(sent)")
    let summary = try #require(events.named("summary").first)
    #expect(summary["accepted"] as? Int == 5)
    #expect(summary["acknowledged"] as? Int == 3)
    #expect(summary["undelivered"] as? Int == 2)
  }

  @Test("--count ends it after that many receivers")
  func count() async throws {
    let workspace = try Workspace()
    let (received, sent) = try await withProgram(
      .send, try sending(workspace, "bytes", ["--count", "2", "--json"])
    ) { running in
      let endpoint = try await running.endpoint()
      let from = ["--from", endpoint, "--raw"]
      return [try await run(.receive, from), try await run(.receive, from)]
    }
    #expect(received.map(\.output) == [["bytes"], ["bytes"]], "\(received)")
    #expect(sent.status == 0, "\(sent)")
    let events = try sent.output.map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let acknowledged = events.filter { $0["event"] as? String == "acknowledged" }
    #expect(acknowledged.count == 2)
    #expect(acknowledged.allSatisfy { ($0["peer"] as? String)?.isEmpty == false })
    #expect(events.last?["receivers"] as? Int == 2, "\(sent)")
  }

  @Test("a bad line is told at once, the others are served, and the end is 65")
  func badLine() async throws {
    let workspace = try Workspace()
    let (received, sent) = try await withProgram(
      .send, try sending(workspace, "[1]\n[2\n[3]\n", ["--format", "json", "--each-line"])
    ) { running in
      let outcome = try await run(
        .receive, ["--from", try await running.endpoint(), "--lines"])
      running.send(SIGTERM)
      return outcome
    }
    #expect(received.output == ["[1]", "[3]"], "\(received)")
    #expect(sent.status == 65, "\(sent)")
    #expect(sent.error.contains("input:2' is not JSON"), "\(sent)")
  }

  @Test(
    "a broadcast that still reads its input is interrupted at once", arguments: [SIGINT, SIGTERM])
  func interrupted(_ signal: Int32) async throws {
    let workspace = try Workspace()
    let fifo = workspace.file("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    // Holds the pipe open and says nothing.
    var writer = Program.send
    writer.command = ["sh", "-c", "exec 3>\"$0\"; echo open; read line <\"$1\"", fifo]
    let stop = workspace.file("stop")
    try #require(mkfifo(stop, 0o600) == 0)
    _ = try await withProgram(writer, [stop]) { writing in
      let (_, sent) = try await withProgram(
        .send, ["--listen", "tcp://127.0.0.1:0", "--broadcast", fifo]
      ) { sending in
        try await writing.line(with: "open")
        sending.send(signal)
      }
      #expect(sent.status == (signal == SIGINT ? 130 : 143), "\(sent)")
      #expect(!sent.error.contains("listening"), "\(sent)")
      writing.send(SIGKILL)
    }
  }

  @Test("without one good object, or with more than memory may hold, it does not begin")
  func nothing() async throws {
    let workspace = try Workspace()
    let cases: [(text: String, options: [String], status: Int32)] = [
      ("[", ["--format", "json"], 65), ("\n\n", ["--each-line"], 66),
      ("1\n2\n3\n", ["--each-line", "--set", "limits.object=2B"], 65),
    ]
    for (text, options, status) in cases {
      let outcome = try await run(.send, try sending(workspace, text, options))
      #expect(outcome.status == status, "\(outcome)")
      #expect(!outcome.error.contains("listening"), "\(outcome)")
    }
    let dialling = try await run(
      .send, ["--to", "unix:@x", "--broadcast", workspace.file("input")])
    #expect(dialling.status == 78, "\(dialling)")
  }

  @Test(
    "any number of the tutorial's clients is served, and none is sent away before the end",
    .enabled(if: Program.hasPython, "there is no python3 here to run the peer with"))
  func tutorialClients() async throws {
    let workspace = try Workspace()
    let file = try workspace.write("input", Length10Tests.tutorial)
    let (clients, sent) = try await withProgram(
      .send,
      ["--listen", "tcp://127.0.0.1:0", "--format", "diagnostic", "--broadcast", "-"]
        + Length10Tests.length10, input: file
    ) { running in
      let address = String(try await running.endpoint().dropFirst(6))
      // One that leaves with its object, and two that stay for more.
      let brief = try await run(
        .length10Peer, ["receive", "--connect", address, "--count", "1"])
      let (_, staying) = try await withProgram(
        .length10Peer, ["receive", "--connect", address]
      ) { first in
        try await first.line(with: "object ")
        let (_, other) = try await withProgram(
          .length10Peer, ["receive", "--connect", address]
        ) { second in
          try await second.line(with: "object ")
          running.send(SIGTERM)
        }
        #expect(other.output == ["object {1: 'hi', 2: 'there'}", "end"], "\(other)")
      }
      return [brief, staying]
    }
    #expect(clients.map(\.status) == [0, 0], "\(clients)")
    #expect(clients[0].output == ["object {1: 'hi', 2: 'there'}"])
    #expect(clients[1].output == ["object {1: 'hi', 2: 'there'}", "end"])
    #expect(sent.status == 0, "\(sent)")
    #expect(sent.error.contains("sent 3 objects to 3 receivers"), "\(sent)")
  }

  @Test(
    "the examples of length10 serve one another",
    .enabled(if: Program.hasPython, "there is no python3 here to run the peer with"))
  func examples() async throws {
    let workspace = try Workspace()
    let file = try workspace.write("input", Length10Tests.tutorial)
    let (received, sent) = try await withProgram(
      .send,
      ["--config", Repository.path("Configs/sender-length10.yaml"), "-"]
        + ["--listen", "tcp://127.0.0.1:0"], input: file
    ) { running in
      let endpoint = try await running.endpoint()
      let outcome = try await run(
        .receive,
        ["--config", Repository.path("Configs/receiver-length10.yaml"), "--count", "1"]
          + ["--from", endpoint])
      running.send(SIGTERM)
      return outcome
    }
    #expect(received.status == 0, "\(received)")
    #expect(received.output == [#"{"1":"hi","2":"there"}"#])
    #expect(sent.status == 0, "\(sent)")
  }
}
