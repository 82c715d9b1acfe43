import Foundation
import Pouch
import Testing

/// What inputs become on their way, and how they are shown at the other end.
@Suite(.serialized, .timeLimit(.minutes(1))) struct FormatTests {
  /// Sends inputs on stdin, one run of the sender for each, to a receiver that writes to stdout.
  private func exchange(
    _ inputs: [(content: String, options: [String])], _ receiving: [String],
    _ workspace: Workspace
  ) async throws -> (sent: [Outcome], received: Outcome) {
    let (sent, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace)] + receiving
    ) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      var outcomes: [Outcome] = []
      for input in inputs {
        let file = try workspace.write("input", input.content)
        outcomes.append(
          try await run(.send, ["--to", endpoint] + input.options + ["-"], input: file))
      }
      return outcomes
    }
    return (sent, received)
  }

  struct Showing: Sendable, CustomTestStringConvertible {
    var format: [String]
    var input: String
    var diagnostic: String
    /// nil for what cannot be a line of JSON.
    var json: String?

    var testDescription: String { format.joined(separator: " ") + " " + input }
  }

  static let showings = [
    Showing(
      format: ["--format", "diagnostic"], input: "{1: 'ab', 2: \"there\"} # typed\n",
      diagnostic: #"{1: h'6162', 2: "there"}"#, json: #"{"1":"YWI","2":"there"}"#),
    Showing(
      format: ["--format", "json"], input: #" {"b": [1, 2.50, null],"a":"\u00e9\n"} "#,
      diagnostic: #"{"b": [1, 2.5, null], "a": "é\n"}"#,
      json: #"{"b":[1,2.5,null],"a":"é\n"}"#),
    Showing(
      format: ["--format", "json", "--raw"], input: "{\"b\": [1,\n2.50]}",
      diagnostic: #"{"b": [1, 2.5]}"#, json: #"{"b": [1, 2.50]}"#),
    Showing(
      format: ["--format", "cbor"], input: "\u{1}", diagnostic: "1", json: "1"),
    Showing(
      format: ["--format", "pickle"], input: "(I1\nV\\u00e9\nI01\nt.",
      diagnostic: #"[1, "é", true]"#, json: #"[1,"é",true]"#),
    Showing(
      format: ["--format", "pickle"],
      input: "(cdecimal\nDecimal\n(V1.50\ntRcdatetime\ntimedelta\n(I0\nI9\nI5\ntRt.",
      diagnostic: "[4([-2, 150]), 1002({1: 9, -6: 5})]", json: "[1.50,9.000005]"),
    Showing(format: [], input: "hi\n", diagnostic: "h'68690a'", json: nil),
    Showing(format: ["--format", "raw"], input: "", diagnostic: "h''", json: nil),
  ]

  @Test("each format is shown as a line of either notation", arguments: showings)
  func shows(_ showing: Showing) async throws {
    let workspace = try Workspace()
    let accept = ["raw", "cbor", "json", "pickle"].flatMap { ["--accept", $0] }
    let (sent, received) = try await exchange(
      [(showing.input, showing.format)], ["--diagnostic"] + accept, workspace)
    #expect(sent.map(\.status) == [0], "\(sent)")
    #expect(received.output == [showing.diagnostic], "\(received)")
    #expect(received.status == 0, "\(received)")
    let (again, lines) = try await exchange(
      [(showing.input, showing.format)], ["--lines"] + accept, workspace)
    #expect(again.map(\.status) == [showing.json == nil ? 2 : 0], "\(again)")
    #expect(lines.output == [showing.json].compactMap(\.self), "\(lines)")
    #expect(lines.status == 0, "\(lines)")
  }

  @Test("an object in a format that is not taken is refused, and both sides say so")
  func notTaken() async throws {
    let workspace = try Workspace()
    let pickle = ("(I1\nt.", ["--format", "pickle"])
    let (sent, received) = try await exchange(
      [pickle, ("[2]", ["--format", "json"])], ["--lines"], workspace)
    #expect(sent.map(\.status) == [2, 0], "\(sent)")
    #expect(sent[0].error.contains("in the format pickle; this receiver takes"), "\(sent[0])")
    #expect(received.errors.count { $0.contains("refused object 1") } == 1, "\(received)")
    #expect(received.error.contains("begun 2 = stored 1 + refused 1 + incomplete 0"))
    #expect(received.output == ["[2]"])
    let (refused, narrow) = try await exchange(
      [("[2]", ["--format", "json"]), pickle], ["--lines", "--accept", "pickle"], workspace)
    #expect(refused.map(\.status) == [2, 0], "\(refused)")
    #expect(narrow.output == ["[1]"])
  }

  @Test(
    "an input that is not what it should be fails alone, with its file and place",
    arguments: [
      ("json", "[1,]", "'bad' is not JSON: expected a value, found ']' at byte 3"),
      ("diagnostic", "{1: 2, 1: 3}", "'bad' is not diagnostic notation: the key 1 stands"),
      ("cbor", "\u{1}\u{1}", "'bad' is not CBOR: "),
    ])
  func badInput(_ format: String, _ text: String, _ message: String) async throws {
    let workspace = try Workspace()
    let bad = try workspace.write("bad", text)
    let good = try workspace.write("good", "7")
    if format == "cbor" { try workspace.write("good", "\u{7}") }
    let (sent, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--lines", "--count", "1"]
    ) { running in
      try await run(
        .send, ["--to", try await running.endpoint(), "--format", format, bad, good])
    }
    #expect(sent.status == 65, "\(sent)")
    let place = message.replacing("'bad'", with: "'\(bad)'")
    #expect(sent.errors.contains { $0.hasPrefix("error: ") && $0.contains(place) }, "\(sent)")
    #expect(sent.errors.last?.contains("1 of 2 objects failed: '\(bad)'") == true, "\(sent)")
    #expect(received.output == ["7"], "\(received)")
  }

  @Test("--each-line makes an object of every line, and names the line that is none")
  func eachLine() async throws {
    let workspace = try Workspace()
    let long = "\"" + String(repeating: "x", count: 70_000) + "\""
    let json = try workspace.write(
      "a.jsonl", "{\"n\": 1}\n\n  \r\n{\"n\": }\n\(long)\r\n[\n{\"n\": 3}")
    let more = try workspace.write("b.jsonl", "\n\n4\n")
    let (sent, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--lines", "--count", "4"]
    ) { running in
      let endpoint = try await running.endpoint()
      return try await run(
        .send, ["--to", endpoint, "--format", "json", "--each-line", json, more])
    }
    #expect(received.output == ["{\"n\":1}", long, "{\"n\":3}", "4"], "\(received)")
    #expect(received.status == 0)
    #expect(sent.status == 65, "\(sent)")
    let errors = sent.errors.filter { $0.hasPrefix("error: ") }
    try #require(errors.count == 2, "\(sent)")
    #expect(errors[0].hasPrefix("error: '\(json):4' is not JSON: expected a value, found '}' at"))
    #expect(errors[1].hasPrefix("error: '\(json):6' is not JSON: "), "\(errors[1])")
    #expect(sent.errors.last?.contains("2 of 6 objects failed: '\(json):4'") == true, "\(sent)")
  }

  @Test("a line that comes through a pipe in many pieces is one object")
  func piecesOfLines() async throws {
    let workspace = try Workspace()
    let words = (0..<40_000).map { "\($0)" }
    let file = try workspace.write("lines", words.joined(separator: " ") + "\n2\n")
    var piped = Program.send
    piped.command = ["sh", "-c", "cat \"$0\" | exec \"$@\"", file] + piped.command
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
        + ["--count", "2"]
    ) { running in
      try await run(
        piped, ["--to", try await running.endpoint(), "--each-line", "--name", "line", "-"])
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(
      try String(decoding: workspace.bytes("D/line"), as: UTF8.self).split(separator: " ")
        .map(String.init) == words)
    #expect(try workspace.bytes("D/line.1") == Data("2".utf8))
  }

  @Test("--each-line takes diagnostic notation and raw lines, too")
  func otherLines() async throws {
    let workspace = try Workspace()
    let (sent, received) = try await exchange(
      [
        ("{1: 2}\nh'00'\n", ["--format", "diagnostic", "--each-line"]),
        ("one\n\n two \r\nthree", ["--each-line", "--name", "word"]),
        ("", ["--each-line"]), ("[1]\n{}", ["--format", "json", "--raw", "--each-line"]),
      ], ["--diagnostic"], workspace)
    #expect(sent.map(\.status) == [0, 0, 0, 0], "\(sent)")
    #expect(
      received.output == [
        "{1: 2}", "h'00'", "h'6f6e65'", "h'2074776f20'", "h'7468726565'", "[1]", "{}",
      ], "\(received)")
    #expect(received.errors.contains { $0.hasPrefix("received word (") }, "\(received)")
  }

  @Test("--each-line takes the line ends of Windows for line ends, wherever they stand")
  func carriageReturns() async throws {
    let workspace = try Workspace()
    let (sent, received) = try await exchange(
      [
        ("one\r\n\r\na\rb\r\nend\r", ["--each-line"]),
        ("1\r\n\r\n2\r\n", ["--format", "json", "--each-line"]),
        ("12\r\n345\r\n", ["--each-line", "--set", "limits.object=2B"]),
      ], ["--diagnostic"], workspace)
    #expect(sent.map(\.status) == [0, 0, 65], "\(sent)")
    #expect(
      received.output == ["h'6f6e65'", "h'610d62'", "h'656e640d'", "1", "2", "h'3132'"],
      "\(received)")
    // The return is the last byte of a block that is read at once.
    let long = String(repeating: "x", count: (1 << 20) - 1)
    let (divided, _) = try await exchange(
      [("\(long)\r\ny\r\n", ["--each-line", "--name", "line"])],
      ["--output", workspace.file("D")], workspace)
    #expect(divided.map(\.status) == [0], "\(divided)")
    #expect(try workspace.bytes("D/line") == Data(long.utf8))
    #expect(try workspace.bytes("D/line.1") == Data("y".utf8))
  }

  @Test("a byte order mark before text is passed over, and text of another encoding refused")
  func byteOrderMarks() async throws {
    let workspace = try Workspace()
    let mark = "\u{FEFF}"
    let lines = ["--format", "json", "--each-line"]
    let (sent, received) = try await exchange(
      [
        ("\(mark)[1]\r\n[2]\r\n", lines), ("\(mark)[3]", ["--format", "json"]),
        ("\(mark){4: 5}", ["--format", "diagnostic"]),
        ("\(mark)[6]", ["--format", "json", "--raw"]), ("\(mark)7\n\(mark)\n", ["--each-line"]),
        ("\(mark)8", []), ("\(mark)\r\n9\r\n", lines),
      ], ["--diagnostic"], workspace)
    #expect(sent.map(\.status) == Array(repeating: 0, count: sent.count), "\(sent)")
    #expect(
      received.output == [
        "[1]", "[2]", "[3]", "{4: 5}", "[6]", "h'37'", "h'efbbbf'", "h'efbbbf38'", "9",
      ], "\(received)")

    for (encoding, name) in [
      (String.Encoding.utf16, "UTF-16"), (.utf16BigEndian, "UTF-16"), (.utf32, "UTF-32"),
    ] {
      let text = try #require("[1]\r\n[2]\r\n".data(using: encoding))
      let wide = workspace.file("wide")
      try text.write(to: URL(filePath: wide))
      let hasMark = encoding != .utf16BigEndian
      for options in [["--format", "json"], lines] + (hasMark ? [["--each-line"]] : []) {
        let refused = try await run(
          .send, ["--listen", "tcp://127.0.0.1:0", "--broadcast", wide] + options)
        #expect(refused.status == 65, "\(options) \(refused)")
        #expect(
          refused.errors.filter { $0.contains("'\(wide)' is text in \(name), and UTF-8 is read") }
            .count == 2, "\(options) \(refused)")
        #expect(refused.errors.last == "  = convert it: iconv -f \(name) -t UTF-8", "\(refused)")
      }
    }
  }

  @Test("each line is on its way before the next one has come")
  func streamed() async throws {
    let workspace = try Workspace()
    let go = workspace.file("go")
    try #require(mkfifo(go, 0o600) == 0)
    var piped = Program.send
    piped.command =
      ["sh", "-c", "{ echo 1; read line <\"$0\"; echo 2; } | exec \"$@\"", go] + piped.command
    let (_, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--lines"]
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      let (_, sent) = try await withProgram(
        piped, ["--to", endpoint, "--format", "json", "--each-line", "-"]
      ) { _ in
        // The sender's input goes on only now.
        _ = try await receiving.transcript.line { $0 == "1" ? $0 : nil }
        try Data("\n".utf8).write(to: URL(filePath: go))
      }
      #expect(sent.status == 0, "\(sent)")
    }
    #expect(received.output == ["1", "2"], "\(received)")
  }

  @Test("what is too large to be held in memory fails alone: a line, or an input")
  func tooLarge() async throws {
    let workspace = try Workspace()
    let lines = try workspace.write(
      "lines", "1\n" + String(repeating: "2", count: 2000) + "\n3\n")
    let (sent, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--lines", "--count", "2"]
    ) { running in
      let endpoint = try await running.endpoint()
      let limit = ["--set", "limits.object=1KiB", "--format", "json"]
      let whole = try await run(.send, ["--to", endpoint, lines] + limit)
      return [whole, try await run(.send, ["--to", endpoint, "--each-line", lines] + limit)]
    }
    #expect(sent.map(\.status) == [65, 65], "\(sent)")
    #expect(sent[0].error.contains("is larger than the 1.0 KiB that are held"), "\(sent[0])")
    #expect(sent[1].error.contains("'\(lines):2': the line has 2.0 KiB"), "\(sent[1])")
    #expect(received.output == ["1", "3"], "\(received)")
  }

  @Test("an object that is larger than memory may hold becomes no line, in one piece or in many")
  func tooLargeForALine() async throws {
    let workspace = try Workspace()
    let long = ["[", String(repeating: "1,", count: 200_000), "1]"].joined()
    let inputs = ["[\"\(String(repeating: "x", count: 2000))\"]", long, "[1]"]
    let (sent, received) = try await exchange(
      inputs.map { ($0, ["--format", "json", "--raw"]) },
      ["--lines", "--set", "limits.object=1KiB"], workspace)
    // The receiver announces what it takes, and the sender does not try.
    #expect(sent.map(\.status) == [65, 65, 0], "\(sent)")
    let reason = "the receiver takes at most 1024"
    #expect(sent.prefix(2).allSatisfy { $0.error.contains(reason) }, "\(sent)")
    #expect(received.output == ["[1]"], "\(received)")
    #expect(received.status == 0, "\(received)")
  }

  @Test("--lines says once for each object what JSON cannot hold, and where")
  func losses() async throws {
    let workspace = try Workspace()
    let many = "[" + Array(repeating: "NaN", count: 20).joined(separator: ", ") + "]"
    let (sent, received) = try await exchange(
      [
        (#"{"a": {1: h'00'}}"#, ["--format", "diagnostic", "--name", "odd"]),
        (many, ["--format", "diagnostic"]), ("[1]", ["--format", "json"]),
      ], ["--lines"], workspace)
    #expect(sent.map(\.status) == [0, 0, 0], "\(sent)")
    #expect(received.status == 0)
    let warnings = received.errors.filter { $0.hasPrefix("warning: ") }
    try #require(warnings.count == 2, "\(received)")
    #expect(warnings[0].contains("all of 'odd' from "))
    #expect(
      warnings[0].hasSuffix(
        "/a/1: the key was an integer; /a/1: bytes became base64url text"), "\(warnings[0])")
    #expect(warnings[1].contains("/7: NaN became null; and 12 more"), "\(warnings[1])")
  }

  @Test(
    "a number that no float holds arrives as it was written, and --strict refuses it",
    arguments: ["1000000000000000.123", "1e-400", "-2.5e+400", "12345678901234567890123"])
  func exactNumbers(_ number: String) async throws {
    let workspace = try Workspace()
    let (sent, received) = try await exchange(
      [("[\(number), 0.1]", ["--format", "json"])], ["--lines"], workspace)
    #expect(sent.map(\.status) == [0], "\(sent)")
    #expect(received.status == 0, "\(received)")
    // An exponent may be of the digits without their point.
    let line = number == "-2.5e+400" ? "[-25e399,0.1]" : "[\(number),0.1]"
    #expect(received.output == [line], "\(received)")
    #expect(received.errors.count { $0.contains("/0: ") && $0.contains("round") } == 1)
    let (refused, strict) = try await exchange(
      [("[\(number), 0.1]", ["--format", "json"]), ("[0.1]", ["--format", "json"])],
      ["--lines", "--strict"], workspace)
    #expect(refused.map(\.status) == [2, 0], "\(refused)")
    #expect(strict.output == ["[0.1]"], "\(strict)")
    #expect(strict.status == 65, "\(strict)")
    #expect(strict.errors.contains { $0.contains("/0: ") && $0.contains("round") }, "\(strict)")
  }

  @Test("--strict refuses what JSON cannot hold, and ends with 65; the sender is told why")
  func strict() async throws {
    let workspace = try Workspace()
    let (sent, received) = try await exchange(
      [("{1: 2}", ["--format", "diagnostic"]), ("[1]", ["--format", "diagnostic"])],
      ["--lines", "--strict"], workspace)
    #expect(sent.map(\.status) == [2, 0], "\(sent)")
    #expect(
      sent[0].error.contains("JSON cannot hold the object: /1: the key was an integer"),
      "\(sent[0])")
    #expect(received.output == ["[1]"])
    #expect(received.status == 65, "\(received)")
    #expect(received.error.contains("begun 2 = stored 1 + refused 1"), "\(received)")
    #expect(received.errors.count { $0.contains("refused object 1") } == 1, "\(received)")
  }

  @Test(
    "attachments have no place in a line, which is said, or with --strict refused",
    arguments: [["--lines"], ["--diagnostic"], ["--lines", "--strict"]])
  func attachments(_ form: [String]) async throws {
    let isStrict = form.contains("--strict")
    let (_, received) = try await withProgram(
      .receive, ["--listen", "tcp://127.0.0.1:0"] + form
    ) { running in
      let endpoint = try Endpoint(try await running.endpoint())
      try await withSender(to: endpoint) { sender in
        let receipt = try await sender.send(
          ["a": 1], attachments: [Bytes(utf8: "ab"), Bytes(utf8: "cde")])
        guard isStrict else { return try await receipt.processed() }
        let refusal = await #expect(throws: PouchError.self) { try await receipt.processed() }
        #expect(refusal?.cause?.contains("JSON cannot hold the object: 2 attachments") == true)
      }
      running.send(SIGTERM)
    }
    let line = form == ["--lines"] ? "{\"a\":1}" : "{\"a\": 1}"
    #expect(received.output == (isStrict ? [] : [line]))
    #expect(received.status == (isStrict ? 65 : 0), "\(received)")
    #expect(received.error.contains("2 attachments, 5 bytes, left out"), "\(received)")
  }

  @Test("an object that is not what its format says is refused, and the next one served")
  func malformed() async throws {
    let workspace = try Workspace()
    let (sent, received) = try await exchange(
      [
        ("(I1\n", ["--format", "pickle"]), ("(I1\nt.", ["--format", "pickle"]),
      ], ["--lines", "--accept", "pickle"], workspace)
    #expect(sent.map(\.status) == [2, 0], "\(sent)")
    #expect(sent[0].error.contains("(format)"), "\(sent[0])")
    #expect(received.output == ["[1]"])
    #expect(received.status == 65, "\(received)")
  }

  @Test(
    "options that exclude or lack one another end with 64, an option's malformed value, too",
    arguments: [
      (.send, ["--to", "nowhere", "-"]), (.send, ["-"]),
      (.send, ["--to", "unix:@x", "--format", "yaml", "-"]),
      (.send, ["--to", "unix:@x", "--timeout", "5", "-"]),
      (.send, ["--to", "unix:@x", "--raw", "-"]),
      (.send, ["--to", "unix:@x", "--format", "cbor", "--each-line", "-"]),
      (.send, ["--to", "unix:@x", "--framing", "length10", "--header", "k=v", "-"]),
      (.send, ["--to", "unix:@x", "--framing", "length10", "--name", "n", "-"]),
      (.receive, ["--listen", "unix:@x"]),
      (.receive, ["--listen", "unix:@x", "--lines", "--json"]),
      (.receive, ["--listen", "unix:@x", "--lines", "--raw"]),
      (.receive, ["--listen", "unix:@x", "--raw", "--strict"]),
      (.receive, ["--listen", "tcp://localhost", "--lines"]),
      (.receive, ["--listen", "unix:@x", "--lines", "--accept", "yaml"]),
    ] as [(Program, [String])])
  func usage(_ program: Program, _ arguments: [String]) async throws {
    let input = try Workspace()
    let file = try input.write("input", "1")
    for check in [[], ["--check"]] {
      let outcome = try await run(program, arguments + check, input: file)
      #expect(outcome.status == 64, "\(outcome)")
      #expect(!outcome.error.contains("listening"))
    }
  }
}

extension Program: CustomTestStringConvertible {
  var testDescription: String { name }
}
