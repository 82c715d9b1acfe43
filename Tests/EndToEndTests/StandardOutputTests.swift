import Foundation
import Testing

/// A receiver that writes to stdout: what stands there, and what happens when nothing can.
@Suite(.serialized, .timeLimit(.minutes(1))) struct StandardOutputTests {
  /// A receiver whose stdout goes where the shell's `redirection` says, with `$out` as a file.
  private func receiver(_ redirection: String, _ workspace: Workspace) -> Program {
    let script = "out=$0; \(redirection)"
    return Program(
      name: "pouch-receive",
      command: ["sh", "-c", script, workspace.file("out")] + Program.receive.command)
  }

  /// Lines that are more than a sender keeps to itself.
  private func makeLines(_ workspace: Workspace) throws -> String {
    try workspace.write("part", (1...300_000).map { "part \($0)\n" }.joined())
  }

  // MARK: Pieces

  @Test("a piece of an object on stdout is told with its size, and is never a success")
  func torn() async throws {
    let workspace = try Workspace()
    let part = try makeLines(workspace)
    let whole = try workspace.write("whole", "whole\n")
    let (_, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--raw", "--count", "1"]
    ) { receiving in
      let endpoint = try await receiving.endpoint()
      try await withPartialSender(workspace, to: endpoint, part: part) { _ in
        try await receiving.line(with: "part 100000")
      }
      try await receiving.line(with: "error: stdout holds the first ")
      let next = try await run(.send, ["--to", endpoint, whole])
      #expect(next.status == 0, "\(next)")
    }
    #expect(received.status == 65, "\(received.errors)")
    // What was said to be there is what is there.
    let bytes = received.output.joined(separator: "\n").utf8.count - "whole".utf8.count
    #expect(
      received.error.contains("stdout holds the first \(bytes) bytes of 'fifo' from"),
      "\(received.errors)")
    #expect(received.error.contains("begun 2 = stored 1 + refused 0 + incomplete 1"))
    #expect(received.error.contains("a part of 1 of them stands in the output"))
    #expect(received.error.contains("error: stdout holds a part of 1 object"))
  }

  /// What a sender in length10 sends: a piece of an object before it breaks off, then two whole ones.
  private func length10(_ running: RunningProgram) async throws {
    let port = try await running.endpoint().split(separator: ":").last.map(String.init) ?? ""
    let script = """
      import pickle, socket, sys
      line = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
      whole = pickle.dumps(7)
      if sys.argv[2] == 'part':
        line.sendall(b'%-10d' % 5000000 + b'part\\n' * 400000)
      else:
        for _ in range(2): line.sendall(b'%-10d' % len(whole) + whole)
        line.recv(1)
      """
    let part = try await run(.python, ["-c", script, port, "part"])
    #expect(part.status == 0, "\(part)")
    try await running.line(with: "the connection broke")
    let whole = try await run(.python, ["-c", script, port, "whole"])
    #expect(whole.status == 0, "\(whole)")
  }

  private let listening = [
    "--listen", "tcp://127.0.0.1:0", "--framing", "length10", "--count", "2",
  ]

  @Test(
    "lines and diagnostic notation write nothing of an object before all of it is there",
    .enabled(if: Program.hasPython), arguments: ["--lines", "--diagnostic"])
  func whole(_ form: String) async throws {
    let (_, received) = try await withProgram(.receive, listening + [form]) {
      try await length10($0)
    }
    #expect(received.status == 0, "\(received)")
    #expect(received.output == ["7", "7"], "\(received)")
  }

  @Test("in length10, too, a piece on stdout is told", .enabled(if: Program.hasPython))
  func tornLength10() async throws {
    let (_, received) = try await withProgram(.receive, listening + ["--raw"]) {
      try await length10($0)
    }
    #expect(received.status == 65, "\(received.errors)")
    #expect(received.error.contains(#/error: stdout holds the first [0-9]+ bytes of object 1/#))
    #expect(received.error.contains("begun 3 = stored 2 + refused 0 + incomplete 1; a part of 1"))
  }

  @Test(
    "what cannot be written whole is told with its size, and nothing is written behind it",
    arguments: ["--raw", "--lines"])
  func cut(_ form: String) async throws {
    let workspace = try Workspace()
    let text = "\"" + String(repeating: "x", count: 3_000_000) + "\""
    let (large, small) = (try workspace.write("large", text), try workspace.write("small", "1"))
    // A line is written when it is whole: the small one would come first.
    let input = form == "--raw" ? ["--format", "raw", large, small] : ["--format", "json", large]
    // No file may grow beyond 1 MiB here; the shell's unit is 512 bytes.
    let (sent, received) = try await withProgram(
      receiver("ulimit -f 2048; exec \"$@\" > \"$out\"", workspace),
      ["--listen", Meeting.unix.endpoint(workspace), form]
    ) { receiving in
      try await run(.send, ["--to", try await receiving.endpoint()] + input)
    }
    #expect(sent.status == 2, "\(sent)")
    #expect(sent.error.contains("acknowledged 0 + refused "), "\(sent)")
    #expect(received.status == 73, "\(received)")
    #expect(
      received.error.contains("stdout holds the first 1048576 bytes of 'large' from"),
      "\(received)")
    #expect(
      received.errors.last == "pouch-receive: error: stdout cannot be written: File too large")
    #expect(try workspace.bytes("out").count == 1_048_576)
  }

  // MARK: Turns

  @Test(
    "an object that does not go on holds up nobody where objects become lines",
    arguments: ["--lines", "--diagnostic"])
  func turnsOfLines(_ form: String) async throws {
    let workspace = try Workspace()
    let part = try workspace.write("part", "[" + String(repeating: "1, ", count: 300_000))
    let whole = try workspace.write("whole", "7")
    let (_, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), form, "-v"]
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      try await withPartialSender(workspace, to: endpoint, part: part, ["--format", "json"]) { _ in
        for _ in 1...3 {
          let sent = try await run(.send, ["--to", endpoint, "--format", "json", whole])
          #expect(sent.status == 0, "\(sent)")
        }
      }
    }
    #expect(received.output == ["7", "7", "7"], "\(received)")
  }

  @Test(
    "an object that streams to stdout loses its turn when it does not go on, or hardly, and others wait",
    arguments: [false, true])
  func turnsOfBytes(_ trickles: Bool) async throws {
    let workspace = try Workspace()
    let part = try makeLines(workspace)
    let whole = try workspace.write("whole", "whole\n")
    let (_, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--raw", "--set", "timeouts.body=2s"]
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      try await withPartialSender(workspace, to: endpoint, part: part, trickles: trickles) {
        sending in
        // It is its turn, and what comes of it is passed on as it comes.
        try await receiving.line(with: "part 100000")
        let sent = try await run(.send, ["--to", endpoint, whole])
        #expect(sent.status == 0, "\(sent)")
        if trickles { try await sending.line(with: "less than 1 KiB a second while others wait") }
      }
    }
    #expect(received.output.last?.hasSuffix("whole") == true, "\(received.errors)")
    #expect(received.status == 65, "\(received.errors)")
    #expect(received.error.contains("error: stdout holds the first "), "\(received.errors)")
  }

  @Test("what comes slowly through a pipe is passed on as it comes")
  func slowPipe() async throws {
    let workspace = try Workspace()
    let part = try workspace.write("part", "first\n")
    _ = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--raw", "--set", "timeouts.body=3s"]
    ) { receiving in
      defer { receiving.send(SIGKILL) }
      let endpoint = try await receiving.endpoint()
      try await withPartialSender(workspace, to: endpoint, part: part, trickles: true) { _ in
        // Longer than an object may bring nothing.
        try await receiving.line(with: "more 20")
      }
    }
  }

  @Test(
    "what broke off while it waited for its turn is not written afterwards",
    arguments: [Meeting.tcp, .tls, .unix])
  func brokenOffInTurn(_ meeting: Meeting) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let identity = meeting.identity(.dialler, workspace)
    let pipe = try UnreadPipe(workspace.file("out"))
    let part = try workspace.write("part", String(repeating: "torn\n", count: 60_000))
    // It takes its turn, and holds the output: nobody reads.
    let first = try workspace.write("first", String(repeating: "first\n", count: 50_000))
    let last = try workspace.write("last", "last\n")
    let (sent, received) = try await withProgram(
      receiver("exec \"$@\" > \"$out\"", workspace),
      ["--listen", meeting.endpoint(workspace), "--raw", "-v", "--count", "2"]
        + meeting.identity(.listener, workspace)
    ) { receiving in
      let endpoint = try await receiving.endpoint()
      return try await withProgram(.send, ["--to", endpoint, first] + identity) { _ in
        try await receiving.line(with: "connected: ")
        try await withPartialSender(workspace, to: endpoint, part: part, identity) { _ in }
        // What it sent until it was killed was kept, and is kept no more.
        try await receiving.line(with: "the connection broke")
        async let behind = run(.send, ["--to", endpoint, last] + identity)
        let lines = await pipe.lines(to: "last\n")
        #expect(!lines.contains { $0.contains("torn") })
        #expect(lines.count { $0 == "first" } == 50_000)
        #expect(lines.last == "last")
        return try await [behind]
      }.0
    }
    #expect(sent.map(\.status) == [0], "\(sent)")
    #expect(received.error.contains("begun 3 = stored 2 + refused 0 + incomplete 1"), "\(received)")
  }

  @Test("what waits for its turn is kept, and written whole behind the others")
  func turnsInSpill() async throws {
    let workspace = try Workspace()
    let large = try workspace.make("large", size: 9_000_000)
    let part = try workspace.make("part", size: 3_000_000)
    let out = workspace.file("out")
    let (sent, received) = try await withProgram(
      receiver("exec \"$@\" > \"$out\"", workspace),
      ["--listen", Meeting.unix.endpoint(workspace), "--raw", "--set", "timeouts.body=3s", "-v"]
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      var sent: [Outcome] = []
      try await withPartialSender(workspace, to: endpoint, part: part) { _ in
        try await receiving.line(with: "connected: ")
        async let first = run(.send, ["--to", endpoint, large])
        async let second = run(.send, ["--to", endpoint, large])
        sent = try await [first, second]
      }
      return sent
    }
    #expect(sent.map(\.status) == [0, 0], "\(sent) \(received)")
    #expect(received.error.contains("begun 3 = stored 2"), "\(received)")
    let bytes = try Data(contentsOf: URL(filePath: out))
    let whole = try workspace.bytes("large")
    #expect(bytes.suffix(2 * whole.count) == whole + whole)
  }

  // MARK: A stdout that is gone

  @Test("a reader that goes ends the receiver once, with 73, without another object")
  func readerGoes() async throws {
    let workspace = try Workspace()
    let lines = try workspace.write("lines", "1\n2\n3\n")
    let (sent, received) = try await withProgram(
      receiver("{ \"$@\"; echo \"status $?\" >&2; } | head -1", workspace),
      ["--listen", Meeting.unix.endpoint(workspace), "--lines"]
    ) { receiving in
      let sent = try await run(
        .send,
        ["--to", try await receiving.endpoint(), "--format", "json", "--each-line", lines])
      try await receiving.line(with: "status 73")
      return sent
    }
    #expect(received.output == ["1"], "\(received)")
    #expect(sent.error.contains("acknowledged 0") == false, "\(sent)")
    let errors = received.errors.filter { $0.contains("error: ") }
    #expect(errors == ["pouch-receive: error: stdout cannot be written: Broken pipe"])
  }

  @Test("a reader that goes when all that was asked for has come is no failure")
  func readerGoesAtTheEnd() async throws {
    let workspace = try Workspace()
    let value = try workspace.write("value", "1")
    let (sent, received) = try await withProgram(
      receiver("{ \"$@\"; echo \"status $?\" >&2; } | head -1", workspace),
      ["--listen", Meeting.unix.endpoint(workspace), "--lines", "--count", "1"]
    ) { receiving in
      let endpoint = try await receiving.endpoint()
      let sent = try await run(.send, ["--to", endpoint, "--format", "json", value])
      try await receiving.line(with: "status 0")
      return sent
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.output == ["1"], "\(received)")
  }

  @Test(
    "a stdout that takes nothing ends the receiver once, and the rest stays with the senders",
    arguments: ["--lines", "--diagnostic", "--raw"])
  func full(_ form: String) async throws {
    let workspace = try Workspace()
    let lines = try workspace.write("lines", (1...1000).map { "\($0)\n" }.joined())
    let (sent, received) = try await withProgram(
      receiver("exec \"$@\" > /dev/full", workspace),
      ["--listen", Meeting.unix.endpoint(workspace), form]
    ) { receiving in
      try await run(
        .send,
        ["--to", try await receiving.endpoint(), "--format", "json", "--each-line", lines])
    }
    #expect(received.status == 73, "\(received)")
    #expect(
      received.errors.last
        == "pouch-receive: error: stdout cannot be written: No space left on device")
    // Not a line for each object.
    #expect(received.errors.count <= 5, "\(received)")
    #expect(sent.status != 0, "\(sent)")
    #expect(sent.error.contains("acknowledged 0 + "), "\(sent)")
  }

  @Test("a stdout that is closed is refused at once, and no socket or file takes its place")
  func closed() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let closed = receiver("exec \"$@\" >&-", workspace)
    let listen = ["--listen", Meeting.unix.endpoint(workspace)]
    for options in [["--raw"], ["--lines"], ["--output", workspace.file("D"), "--json"]] {
      let outcome = try await run(closed, listen + options)
      #expect(outcome.status == 73, "\(outcome)")
      #expect(outcome.errors.first == "pouch-receive: error: stdout is closed", "\(outcome)")
    }
    // One that does not need it, and all three closed for its sender.
    let (sent, received) = try await withProgram(
      closed, listen + ["--output", workspace.file("D"), "--count", "1"]
    ) { receiving in
      var sender = Program.send
      sender.command = ["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"] + sender.command
      return try await run(sender, ["--to", try await receiving.endpoint(), file])
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(try workspace.bytes("D/a") == workspace.bytes("a"))
    var certs = Program.certs
    certs.command = ["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"] + certs.command
    let made = try await run(certs, ["create", "--output", workspace.file("Certs")])
    #expect(made.status == 0, "\(made)")
    let names = workspace.names("Certs")
    for name in names {
      let text = try String(decoding: workspace.bytes("Certs/\(name)"), as: UTF8.self)
      #expect(text.contains("wrote") == false)
    }
  }
}
