import Foundation
import Testing

/// The executables in the framing of the Python sockets tutorial, against programs in plain Python
/// that do what the tutorial's do.
@Suite(
  .enabled(if: Program.hasPython, "there is no python3 here to run the peer with"), .serialized,
  .timeLimit(.minutes(1)))
struct Length10Tests {
  static let length10 = ["--framing", "length10"]
  static let tutorial = #"{1: "hi", 2: "there"}"#

  /// Where a Python peer listens, as an endpoint.
  private func endpoint(_ running: RunningProgram) async throws -> String {
    "tcp://\(try await running.endpoint())"
  }

  @Test("the tutorial's server is received from, in every protocol of pickle", arguments: 0...5)
  func server(_ number: Int) async throws {
    let arguments =
      ["send", "--listen", "127.0.0.1:0", "--visitors", "2"]
      + ["--protocol", "\(number)", "--objects", "tutorial,nested"]
    let (received, served) = try await withProgram(.length10Peer, arguments) { running in
      let from = ["--from", try await endpoint(running), "--count", "2"] + Self.length10
      return [
        try await run(.receive, from + ["--diagnostic"]),
        try await run(.receive, from + ["--lines"]),
      ]
    }
    #expect(served.status == 0, "\(served)")
    #expect(received.map(\.status) == [0, 0], "\(received)")
    let (diagnostic, json) = (received[0].output, received[1].output)
    try #require(diagnostic.count == 2 && json.count == 2, "\(received)")
    #expect(diagnostic[0] == Self.tutorial)
    #expect(
      diagnostic[1]
        == #"{"name": "lamp", "on": true, "levels": [0.5, 1, null], [1, 2]: 258([3, 4])}"#)
    #expect(json[0] == #"{"1":"hi","2":"there"}"#)
    #expect(
      json[1] == #"{"name":"lamp","on":true,"levels":[0.5,1,null],"[1, 2]":[3,4]}"#)
    for outcome in received {
      let warnings = outcome.errors.filter { $0.hasPrefix("warning: ") }
      #expect(warnings.first?.contains("unauthenticated and without integrity") == true)
    }
    #expect(received[1].error.contains("/1: the key was an integer; /2: "), "\(received[1])")
    #expect(received[1].error.contains("/[1, 2]: tag 258 was left out"), "\(received[1])")
  }

  @Test("whoever dials and however the bytes come", arguments: ["whole", "bytes", "joined"])
  func pieces(_ pieces: String) async throws {
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", "tcp://127.0.0.1:0", "--count", "3", "--diagnostic"] + Self.length10
    ) { running in
      let endpoint = try await running.endpoint()
      return try await run(
        .length10Peer,
        ["send", "--connect", String(endpoint.dropFirst(6)), "--pieces", pieces]
          + ["--objects", "tutorial,bytes,tutorial"])
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(received.output == [Self.tutorial, "h'00ff20726177'", Self.tutorial])
  }

  @Test("a pickle that would run code is refused with what it asks for and where, and runs nothing")
  func malicious() async throws {
    let workspace = try Workspace()
    let canary = workspace.file("canary")
    let send =
      ["send", "--listen", "127.0.0.1:0", "--canary", canary, "--objects", "command,tutorial"]
    for (form, shown) in [("--diagnostic", Self.tutorial), ("--lines", #"{"1":"hi","2":"there"}"#)]
    {
      let (received, _) = try await withProgram(.length10Peer, send) { running in
        try await run(
          .receive, ["--from", try await endpoint(running), form, "--count", "1"] + Self.length10)
      }
      #expect(received.status == 65, "\(received)")
      #expect(received.error.contains("'posix.system'"), "\(received)")
      #expect(received.error.contains("at byte "), "\(received)")
      #expect(received.output == [shown], "\(received)")
    }
    #expect(!FileManager.default.fileExists(atPath: canary))
    // Whoever loads it, runs it: this is what was kept from happening.
    let (loaded, _) = try await withProgram(.length10Peer, send.dropLast() + ["command"]) {
      running in
      try await run(
        .length10Peer, ["receive", "--connect", try await running.endpoint(), "--count", "1"])
    }
    #expect(loaded.status == 0, "\(loaded)")
    #expect(FileManager.default.fileExists(atPath: canary))
  }

  @Test("--output writes the pickles as they are, and reads none")
  func files() async throws {
    let workspace = try Workspace()
    let canary = workspace.file("canary")
    let (received, _) = try await withProgram(
      .length10Peer,
      ["send", "--listen", "127.0.0.1:0", "--canary", canary, "--objects", "tutorial,command"]
    ) { running in
      try await run(
        .receive,
        ["--from", try await endpoint(running), "--output", workspace.file("D"), "--count", "2"]
          + Self.length10)
    }
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D") == ["object-1", "object-2"])
    #expect(!FileManager.default.fileExists(atPath: canary))
    let loaded = try await run(
      .python,
      ["-c", "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')))"]
        + [workspace.file("D/object-1")])
    #expect(loaded.output == ["{1: 'hi', 2: 'there'}"], "\(loaded)")
  }

  @Test(
    "whatever format the input has, the tutorial's client gets a pickle that it can load",
    arguments: [
      ("diagnostic", tutorial, "{1: 'hi', 2: 'there'}"),
      ("json", #"{"a": [1, 2.5, "\u00e9", null]}"#, "{'a': [1, 2.5, 'é', None]}"),
      ("cbor", "\u{3}", "3"), ("pickle", "(I1\nI01\nt.", "(1, True)"), ("raw", "I7\n.", "7"),
    ])
  func client(_ format: String, _ input: String, _ printed: String) async throws {
    let workspace = try Workspace()
    let file = try workspace.write("input", input)
    let (sent, received) = try await withProgram(
      .length10Peer, ["receive", "--listen", "127.0.0.1:0", "--count", "1"]
    ) { running in
      try await run(
        .send, ["--to", try await endpoint(running), "--format", format, "-"] + Self.length10,
        input: file)
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(sent.error.contains("unauthenticated and without integrity"), "\(sent)")
    #expect(received.output.dropFirst() == ["object \(printed)"], "\(received)")
    #expect(received.status == 0)
  }

  @Test("what a pickle cannot hold is an error of the input, and the others are sent")
  func unpicklable() async throws {
    let workspace = try Workspace()
    let file = try workspace.write("input", "{{}: 3}\n[5]\n")
    let (sent, received) = try await withProgram(
      .length10Peer, ["receive", "--listen", "127.0.0.1:0", "--count", "1"]
    ) { running in
      // The tutorial's client takes two objects that come together for one.
      try await run(
        .send,
        ["--to", try await endpoint(running), "--format", "diagnostic", "--each-line", file]
          + Self.length10)
    }
    #expect(sent.status == 65, "\(sent)")
    #expect(sent.error.contains("'\(file):1' holds what a pickle cannot"), "\(sent)")
    #expect(received.output.dropFirst() == ["object [5]"], "\(received)")
  }

  @Test("a pickle that is larger than a chunk is written and read")
  func large() async throws {
    let workspace = try Workspace()
    let (received, served) = try await withProgram(
      .length10Peer, ["send", "--listen", "127.0.0.1:0", "--objects", "large"]
    ) { running in
      try await run(
        .receive,
        ["--from", try await endpoint(running), "--output", workspace.file("D"), "--count", "1"]
          + Self.length10)
    }
    #expect(received.status == 0, "\(received)")
    #expect(served.status == 0, "\(served)")
    let pickle = workspace.file("D/object-1")
    // A line of this length goes to a file.
    let lines = workspace.file("lines")
    var receive = Program.receive
    receive.command = ["sh", "-c", "exec \"$@\" > \"$0\"", lines] + receive.command
    let (sent, shown) = try await withProgram(
      receive, ["--listen", "unix:@\(workspace.path)", "--lines", "--count", "1"] + Self.length10
    ) { running in
      try await run(
        .send,
        ["--to", try await running.endpoint(), "--format", "pickle", pickle]
          + Self.length10)
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(shown.status == 0, "\(shown)")
    let object = try JSONSerialization.jsonObject(with: workspace.bytes("lines"))
    let members = try #require(object as? [String: Any])
    #expect((members["numbers"] as? [Int])?.count == 50_000)
    #expect((members["text"] as? String)?.count == 90_000)
  }

  @Test(
    "--allow numpy takes NumPy's arrays as numbers; without it they are refused",
    .enabled(if: Program.hasNumPy, "python3 cannot import numpy: python3 -m pip install numpy"))
  func numPy() async throws {
    let workspace = try Workspace()
    let file = workspace.file("array.pickle")
    let script = """
      import numpy, pickle, sys
      array = numpy.array([[1, 2], [3, 4]], dtype=numpy.int16)
      pickle.dump([array, numpy.float64(0.5)], open(sys.argv[1], "wb"))
      """
    let made = try await run(.python, ["-c", script, file])
    try #require(made.status == 0, "\(made)")
    for allow in [[], ["--allow", "numpy"]] {
      let (sent, received) = try await withProgram(
        .receive,
        ["--listen", Meeting.unix.endpoint(workspace), "--lines", "--strict"]
          + ["--accept", "pickle"] + allow
      ) { running in
        defer { running.send(SIGTERM) }
        return try await run(
          .send, ["--to", try await running.endpoint(), "--format", "pickle", file])
      }
      #expect(sent.status == (allow.isEmpty ? 2 : 0), "\(sent)")
      #expect(received.output == (allow.isEmpty ? [] : ["[[1,2],[3,4]],0.5]"].map { "[" + $0 }))
      #expect(received.status == (allow.isEmpty ? 65 : 0), "\(received)")
    }
  }

  @Test("both framings of one program end with 76 when they meet")
  func mismatch() async throws {
    let workspace = try Workspace()
    let file = try workspace.write("a", "1")
    let (sent, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--diagnostic"] + Self.length10
    ) { running in
      defer { running.send(SIGTERM) }
      return try await run(.send, ["--to", try await running.endpoint(), file])
    }
    #expect(sent.status != 0, "\(sent)")
    #expect(received.error.contains("does not speak length10"), "\(received)")
    #expect(received.status == 0)
    let (refused, served) = try await withProgram(
      .length10Peer, ["send", "--listen", "127.0.0.1:0"]
    ) { running in
      try await run(.receive, ["--from", try await endpoint(running), "--diagnostic"])
    }
    #expect(refused.status == 76, "\(refused)")
    #expect(refused.error.contains("length10"), "\(refused)")
    #expect(served.status == 0)
  }

  @Test("inside TLS the peer is known, and the warning says what is left")
  func secured() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let file = try workspace.write("a", Self.tutorial)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", "tls://localhost:0", "--diagnostic", "--count", "1"] + Self.length10
        + Meeting.tls.identity(.listener, workspace)
    ) { running in
      try await run(
        .send,
        ["--to", try await running.endpoint(), "--format", "diagnostic", file]
          + Self.length10 + Meeting.tls.identity(.dialler, workspace))
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(received.output == [Self.tutorial])
    #expect(received.error.contains("nothing is acknowledged"), "\(received)")
    #expect(!received.error.contains("unauthenticated"), "\(received)")
  }

  @Test("--check --connect goes as far as there is something to agree on")
  func check() async throws {
    let (outcome, _) = try await withProgram(
      .length10Peer, ["send", "--listen", "127.0.0.1:0"]
    ) { running in
      try await run(
        .receive,
        ["--from", try await endpoint(running), "--lines", "--check", "--connect"]
          + Self.length10)
    }
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.error.contains("connect: ok"), "\(outcome)")
    #expect(!outcome.error.contains("hello"), "\(outcome)")
  }

  @Test(
    "what has no meaning with length10 is refused, by --check and by a run",
    arguments: [
      (.send, ["--to", "unix:@x", "--compress", "deflate", "-"]),
      (.send, ["--to", "unix:@x", "--integrity", "crc32c", "-"]),
      (.send, ["--to", "unix:@x", "--acknowledge", "received", "-"]),
      (.send, ["--to", "unix:@x", "--timeout", "5s", "-"]),
      (.send, ["--listen", "tcp://0.0.0.0:0", "-"]),
      (.receive, ["--listen", "unix:@x", "--lines", "--require", "crc32c"]),
      (.receive, ["--from", "tcp://192.0.2.1:1243", "--lines"]),
    ] as [(Program, [String])])
  func meaningless(_ program: Program, _ arguments: [String]) async throws {
    let workspace = try Workspace()
    let file = try workspace.write("input", "1")
    for check in [[], ["--check"]] {
      let outcome = try await run(program, arguments + Self.length10 + check, input: file)
      #expect(outcome.status == 78, "\(outcome)")
      #expect(outcome.errors.contains { $0.hasPrefix("     = ") }, "\(outcome)")
    }
  }
}
