import Foundation
import Testing

/// What commands say while they run: events for machines, messages for people.
@Suite(.serialized, .timeLimit(.minutes(1))) struct EventTests {
  private func receiving(_ workspace: Workspace, _ options: [String] = []) -> [String] {
    ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")] + options
  }

  @Test("a receiver's events have what docs/events.md promises, and each object is in one place")
  func receiver() async throws {
    let workspace = try Workspace()
    let part = try workspace.make("part", size: 2_000_000)
    let (good, large) = (
      try workspace.make("good", size: 10), try workspace.make("large", size: 700_000)
    )
    let (_, received) = try await withProgram(
      .receive, receiving(workspace, ["--json"])
    ) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      // Stored, with all that an event can say of it.
      let stored = try await run(
        .send, ["--to", endpoint, good, "--attach", good, "--header", "k=v"])
      #expect(stored.status == 0, "\(stored)")
      // Refused by the command; then before it sees them, whole and in chunks.
      for (name, format) in [("../x", "raw"), ("small", "pickle"), ("large", "pickle")] {
        let file = name == "large" ? large : good
        let refused = try await run(
          .send, ["--to", endpoint, "--format", format, "--name", name, "-"], input: file)
        #expect(refused.status == 2, "\(refused)")
      }
      // Cut short.
      try await withPartialSender(workspace, to: endpoint, part: part) { _ in }
      try await running.line(with: "\"event\":\"incomplete\"")
    }
    let events = try EventTable(of: "receiver").events(received.output)
    let summary = try #require(events.named("summary").last)
    let counts = ["begun", "stored", "refused", "incomplete"].map { summary.number($0) }
    #expect(counts == [5, 1, 3, 1], "\(received)")
    // An object that did not come whole is no success.
    #expect(events.last?.text("code") == "objectsFailed", "\(received)")
    #expect(received.status == 2, "\(received)")
    #expect(events.named("object").count == 1)
    #expect(events.named("incomplete").map { $0.text("name") } == ["fifo"])
    let rejected = events.named("rejected")
    #expect(rejected.map { $0.text("name") } == ["../x", "small", "large"])
    #expect(rejected.map { $0.text("format") } == ["raw", "pickle", "pickle"])
    #expect(rejected.map { $0["retryable"] as? Bool } == [false, false, false])
    #expect(
      received.errors.dropLast(2).allSatisfy { $0.hasPrefix("warning: ") }, "\(received.errors)")
    #expect(
      received.errors.suffix(2).first == "pouch-receive: error: 1 of 5 objects did not come whole")
  }

  @Test("an error that ends a command is an event too", arguments: ["nobody", "output"])
  func fatal(_ kind: String) async throws {
    let workspace = try Workspace()
    let nobody = "unix://\(workspace.file("nobody.sock"))"
    let arguments =
      kind == "nobody"
      ? ["--from", nobody, "--output", workspace.file("D"), "--json"]
      : ["--listen", nobody, "--output", "/proc/none", "--json"]
    let received = try await run(.receive, arguments)
    let error = try #require(
      EventTable(of: "receiver").events(received.output).named("error").last)
    #expect(error["fatal"] as? Bool == true)
    #expect(error.number("exit") == Int(received.status))
    if kind == "nobody" { #expect(error.text("endpoint") == nobody) }
  }

  @Test("beside events people are told warnings alone, unless they ask for all")
  func quietBesideEvents() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    for options in [[], ["-v"]] {
      let (sent, received) = try await withProgram(
        .receive, receiving(workspace, ["--json", "--count", "1"] + options)
      ) { running in
        try await run(.send, ["--to", try await running.endpoint(), "--json", file] + options)
      }
      #expect(sent.errors.isEmpty == options.isEmpty, "\(sent)")
      #expect(received.errors.isEmpty == options.isEmpty, "\(received)")
    }
  }

  @Test("a sender's events have what docs/events.md promises, and its figures what they say")
  func sender() async throws {
    let workspace = try Workspace()
    let good = try workspace.make("good", size: 700_000)
    let lines = try workspace.write("lines", "[1]\n[\n[2]\n")
    let (sent, _) = try await withProgram(
      .receive, receiving(workspace, ["--on-conflict", "refuse"])
    ) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      let first = try await run(
        .send, ["--to", endpoint, "--json", good, good, "--header", "k=v"])
      let second = try await run(
        .send, ["--to", endpoint, "--json", "--format", "json", "--each-line", lines])
      let third = try await run(
        .send, ["--to", endpoint, "--json", "--acknowledge", "none", lines])
      return [first, second, third]
    }
    #expect(sent.map(\.status) == [2, 65, 0], "\(sent)")
    let table = try EventTable(of: "sender")
    let summaries = try sent.map { try #require(try table.events($0.output).named("summary").last) }
    let words = [
      "accepted", "acknowledged", "refused", "undelivered", "in-flight", "failed", "bytes",
    ]
    #expect(
      summaries.map { summary in words.map { summary.number($0) } } == [
        // The second of the name was read, and refused.
        [2, 1, 1, 0, 0, 0, 700_000], [2, 2, 0, 0, 0, 1, 4], [1, 0, 0, 0, 1, 0, 10],
      ], "\(sent)")
    let rejected = try sent.flatMap { try table.events($0.output).named("rejected") }
    #expect(rejected.map { $0.text("code") } == ["rejected", "badData"])
    // The two of one name are stored side by side: either may come to its name first.
    let acknowledged = try sent.flatMap { try table.events($0.output).named("acknowledged") }
    let ids = [acknowledged.first, rejected.first].map { $0?.number("id") }
    #expect(ids == [1, 2] || ids == [2, 1], "\(sent)")
  }

  @Test("a thousand objects that are refused for one reason are two lines and a thousand events")
  func refusedAgain() async throws {
    let workspace = try Workspace()
    let lines = try workspace.write("lines", String(repeating: "x\n", count: 1000))
    let (sent, _) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--lines"]
    ) { running in
      defer { running.send(SIGTERM) }
      return try await run(
        .send, ["--to", try await running.endpoint(), "--json", "--each-line", lines])
    }
    #expect(sent.status == 2)
    let told = sent.errors.filter { $0.hasPrefix("error: ") }
    #expect(told.count == 2, "\(told.count)")
    #expect(told.last?.contains("(999 times in the last ") == true, "\(told.suffix(2))")
    let rejected = try EventTable(of: "sender").events(sent.output).named("rejected")
    #expect(rejected.count == 1000)
    #expect(Set(rejected.compactMap { $0.text("name") }).count == 1000)
  }

  // MARK: Noise

  /// Connects as often as a port scan would, and leaves.
  private func scan(_ endpoint: String, _ count: Int, sends text: String = "") async throws {
    let port = endpoint.split(separator: ":").last.map(String.init) ?? ""
    let script = """
      import socket, sys
      for _ in range(int(sys.argv[2])):
        line = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
        try:
          line.sendall(sys.argv[3].encode())
          line.shutdown(socket.SHUT_WR)
          while line.recv(1000): pass
        except ConnectionError: pass
      """
    let scanned = try await run(.python, ["-c", script, port, "\(count)", text])
    #expect(scanned.status == 0, "\(scanned)")
  }

  @Test(
    "200 connections of one kind are two lines, and events that count them all",
    .enabled(if: Program.hasPython), arguments: ["receiver", "sender"])
  func noise(_ command: String) async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let program = command == "receiver" ? Program.receive : .send
    let listen = ["--listen", "tcp://127.0.0.1:0", "--json"]
    let arguments = listen + (command == "receiver" ? ["--output", workspace.file("D")] : [file])
    let (_, outcome) = try await withProgram(program, arguments) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      try await scan(endpoint, 200)
      try await scan(endpoint, 50, sends: "GET / HTTP/1.0\r\n\r\n")
    }
    let warnings = outcome.errors.filter { $0.contains("turned away") }
    #expect(warnings.count == 4, "\(outcome)")
    #expect(warnings.contains { $0.contains("(199 times in the last ") }, "\(warnings)")
    #expect(warnings.contains { $0.contains("HTTP") && $0.contains("(49 times ") })
    let errors = try EventTable(of: command).events(outcome.output).named("error")
      .filter { $0["fatal"] as? Bool == false }
    #expect(errors.count == 4)
    #expect(errors.compactMap { $0.number("count") }.reduce(0, +) == 250)
  }

  @Test("objects that are refused for one reason are told once, and counted")
  func refusals() async throws {
    let workspace = try Workspace()
    let files = try (1...30).map { try workspace.make("f\($0)", size: 10) }
    let (_, received) = try await withProgram(.receive, receiving(workspace)) { running in
      defer { running.send(SIGTERM) }
      return try await run(
        .send, ["--to", try await running.endpoint(), "--format", "pickle"] + files)
    }
    let warnings = received.errors.filter { $0.hasPrefix("warning: refused ") }
    #expect(warnings.count == 2, "\(received)")
    #expect(warnings.last?.contains("(29 times in the last ") == true, "\(received)")
    #expect(received.error.contains("begun 30 = stored 0 + refused 30 + incomplete 0"))
  }

  // MARK: A full disk

  /// A receiver with a redirection, under which no file may grow beyond a kibibyte.
  private func limited(_ redirection: String, _ workspace: Workspace) -> Program {
    Program(
      name: "pouch-receive",
      command: [
        "sh", "-c", "out=$0; ulimit -f 2; exec \"$@\" \(redirection)", workspace.file("out"),
      ] + Program.receive.command)
  }

  @Test("events that a full disk does not take are counted, told when it does, and cost the 0")
  func fullEvents() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let (sent, received) = try await withProgram(
      limited(">> \"$out\"", workspace), receiving(workspace, ["--json", "-v"])
    ) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      var sent: [Outcome] = []
      for _ in 1...5 { sent.append(try await run(.send, ["--to", endpoint, file])) }
      // Somebody makes room.
      try #require(truncate(workspace.file("out"), 0) == 0)
      sent.append(try await run(.send, ["--to", endpoint, file]))
      return sent
    }
    #expect(sent.map(\.status) == Array(repeating: 0, count: 6))
    #expect(workspace.names("D").count == 6)
    #expect(received.status == 73, "\(received)")
    #expect(received.error.contains("events could not be written: stdout cannot be written: File"))
    let lines = try String(decoding: workspace.bytes("out"), as: UTF8.self).split(separator: "\n")
    #expect(lines.first?.contains("\"event\":\"lost\"") == true, "\(lines)")
    _ = try EventTable(of: "receiver").events([String(try #require(lines.first))])
  }

  @Test("a log that a full disk does not take stops nothing, and says what is missing")
  func fullLog() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let (sent, received) = try await withProgram(
      limited("2>> \"$out\"", workspace), receiving(workspace, ["--json", "-v"])
    ) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      var sent: [Outcome] = []
      for _ in 1...8 { sent.append(try await run(.send, ["--to", endpoint, file])) }
      try #require(truncate(workspace.file("out"), 0) == 0)
      sent.append(try await run(.send, ["--to", endpoint, file]))
      return sent
    }
    #expect(sent.map(\.status) == Array(repeating: 0, count: 9))
    #expect(received.status == 0, "\(received)")
    let log = try String(decoding: workspace.bytes("out"), as: UTF8.self)
    #expect(
      log.split(separator: "\n").first?.contains("could not be written here: stderr cannot be")
        == true, "\(log)")
    let events = try EventTable(of: "receiver").events(received.output)
    #expect(events.named("object").count == 9)
  }

  @Test(
    "what reads events may go: the objects still matter", arguments: [Program.receive, .send])
  func eventsWithoutReader(_ program: Program) async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    func headed(_ program: Program) -> Program {
      Program(
        name: program.name,
        command: ["sh", "-c", "{ \"$@\" --json; echo \"status $?\" >&2; } | head -1", "sh"]
          + program.command)
    }
    let isReceiver = program.name == "pouch-receive"
    let (sent, received) = try await withProgram(
      isReceiver ? headed(.receive) : .receive, receiving(workspace, ["--count", "1"])
    ) { running in
      try await run(
        isReceiver ? .send : headed(.send), ["--to", try await running.endpoint(), file])
    }
    #expect(workspace.names("D") == ["a"])
    let watched = isReceiver ? received : sent
    #expect(watched.errors.contains("status 0"), "\(watched)")
  }

  // MARK: What nobody reads

  /// A receiver with a redirection to a pipe.
  private func receiver(_ redirection: String, _ pipe: UnreadPipe) -> Program {
    Program(
      name: "pouch-receive",
      command: ["sh", "-c", "pipe=$0; exec \"$@\" \(redirection) \"$pipe\"", pipe.path]
        + Program.receive.command)
  }

  @Test("a log that nobody reads stops nobody, and not the end")
  func unreadLog() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let pipe = try UnreadPipe(workspace.file("pipe"))
    let (sent, received) = try await withProgram(
      receiver("2>", pipe), receiving(workspace, ["--json", "-v"])
    ) { running in
      let endpoint = try await running.endpoint()
      var sent: [Outcome] = []
      for _ in 1...5 { sent.append(try await run(.send, ["--to", endpoint, file])) }
      running.send(SIGTERM)
      return sent
    }
    #expect(sent.map(\.status) == [0, 0, 0, 0, 0], "\(sent)")
    #expect(received.status == 0, "\(received)")
    let events = try EventTable(of: "receiver").events(received.output)
    #expect(events.last?.text("event") == "summary")
  }

  @Test("events that nobody reads hold up acknowledgements alone, and are all there when read")
  func unreadEvents() async throws {
    let workspace = try Workspace()
    let count = 2000
    let lines = try workspace.write("lines", String(repeating: "1\n", count: count))
    let pipe = try UnreadPipe(workspace.file("pipe"))
    let (sent, received) = try await withProgram(
      receiver(">", pipe), receiving(workspace, ["--json", "-v"])
    ) { running in
      let endpoint = try await running.endpoint()
      async let sending = run(
        .send, ["--to", endpoint, "--format", "json", "--each-line", lines])
      try await running.line(with: "connected: ")
      // Others are served meanwhile.
      for _ in 1...3 {
        let checked = try await run(.send, ["--to", endpoint, "--check", "--connect"])
        #expect(checked.status == 0, "\(checked)")
      }
      async let read = pipe.lines(to: "\"event\":\"summary\"")
      let sent = try await sending
      running.send(SIGTERM)
      let events = try EventTable(of: "receiver").events(await read)
      #expect(events.named("object").count == count)
      #expect(Set(events.named("object").compactMap { $0.number("id") }).count == count)
      return sent
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
  }

  @Test("a receiver whose events nobody reads is ended by a signal", arguments: [SIGTERM, SIGINT])
  func unreadEnd(_ signal: Int32) async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let pipe = try UnreadPipe(workspace.file("pipe"))
    // It has what it was asked for, and waits for whoever reads what it says.
    let (sent, received) = try await withProgram(
      receiver(">", pipe), receiving(workspace, ["--json", "-v", "--count", "1"])
    ) { running in
      let sent = try await run(.send, ["--to", try await running.endpoint(), file])
      try await running.line(with: "received 1 object")
      running.send(signal)
      return sent
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 128 + signal, "\(received)")
  }
}
