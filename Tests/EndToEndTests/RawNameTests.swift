import Foundation
import Pouch
import Testing

/// Paths and names are bytes, whatever they are in UTF-8.
@Suite(.serialized, .timeLimit(.minutes(1))) struct RawNameTests {
  /// A program whose arguments, behind the script's own, are what `printf` makes of them.
  private func raw(_ program: Program, in workspace: Workspace) -> Program {
    let script = """
      cd "$0" || exit 99
      for argument; do
        shift
        set -- "$@" "$(printf -- "$argument")"
      done
      exec "$@"
      """
    return Program(
      name: program.name, command: ["sh", "-c", script, workspace.path] + program.command)
  }

  private func shell(_ workspace: Workspace, _ script: String) async throws {
    let outcome = try await run(
      Program(name: "sh", command: ["sh", "-c", "cd \"$0\" && \(script)", workspace.path]), [])
    try #require(outcome.status == 0, "\(outcome)")
  }

  @Test("files, directories, sockets, keys and configurations are named by any bytes")
  func paths() async throws {
    let workspace = try Workspace()
    try await shell(
      workspace,
      #"""
      x=$(printf 'x\377.txt'); c=$(printf 'c\351'); k=$(printf 'k\377')
      printf one > "$x"; printf two > "$(printf 'x\357\277\275.txt')"
      (umask 077; printf 0123456789abcdef0123456789abcdef > "$k"); mkdir "$c"
      printf 'version: 1\nlisten: unix:../${SOCKET}\noutput: {directory: "../${DIRECTORY}"}\n' > "$c/r.yaml"
      """#)
    let key = ["--hmac-key", #"k\377"#]
    let (sent, received) = try await withProgram(
      Program(
        name: "pouch-receive",
        command: [
          "sh", "-c",
          #"""
          cd "$0" && SOCKET=$(printf 's\377ck') DIRECTORY=$(printf 'd\351pot') \
            exec "$1" --config "$(printf 'c\351/r.yaml')" --require hmac-sha-256 \
            --hmac-key "$(printf 'k\377')" --json --count 2
          """#, workspace.path,
        ] + Program.receive.command), []
    ) { running in
      try await running.line(with: "listening")
      return try await run(
        raw(.send, in: workspace),
        ["--to", #"unix:s\377ck"#, #"x\377.txt"#, #"x\357\277\275.txt"#, "--json", "--integrity"]
          + ["hmac-sha-256"] + key)
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    try await shell(
      workspace,
      #"""
      cd "$(printf 'd\351pot')"; test "$(ls | wc -l)" = 2; test "$(cat "$(printf 'x\377.txt')")" = one
      test "$(cat "$(printf 'x\357\277\275.txt')")" = two; ! ls ../*pot/.pouch-*
      """#)
    #expect(received.output.contains { $0.contains(#""endpoint":"unix:s\\377ck""#) }, "\(received)")
    #expect(received.output.contains { $0.contains(#""name":"x\\377.txt""#) }, "\(received)")
    for line in sent.output + received.output {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
  }

  @Test("an error shows the bytes in octal")
  func errors() async throws {
    let workspace = try Workspace()
    let missing = try await run(raw(.send, in: workspace), ["--to", "unix:@x", #"y\377.txt"#])
    #expect(missing.status == 66)
    #expect(missing.error.contains(#"'y\377.txt' cannot be read: No such file"#), "\(missing)")
    let option = try await run(raw(.send, in: workspace), [#"--\351"#, "x"])
    #expect(option.status == 64)
    #expect(option.error.contains(#"--\351"#), "\(option)")
    let key = try await run(
      raw(.send, in: workspace),
      ["--to", "unix:@x", "--check", "--integrity", "hmac-sha-256", "--hmac-key", #"k\351y"#])
    #expect(key.status == 78)
    #expect(key.error.contains(#"openssl rand -out $'k\351y' 32"#), "\(key)")
    let header = try await run(
      raw(.send, in: workspace), ["--to", "unix:@x", "--header", #"k=\351"#, "x"])
    #expect(header.status == 64)
    #expect(header.error.contains("headers are text in UTF-8"), "\(header)")
  }

  @Test("no name leads out of the directory, with an accent behind its slash either")
  func accents() async throws {
    let workspace = try Workspace()
    let accent = "\u{301}"
    let (_, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("a/D")]
    ) { running in
      let endpoint = try Endpoint(try await running.endpoint())
      try? await withSender(to: endpoint) { sender in
        for name in ["../\(accent)x", "/\(accent)x", "y/../\(accent)x", "y/../../\(accent)x"] {
          let receipt = try await sender.send(Bytes(utf8: "x"), attributes: Attributes(name: name))
          let refusal = await #expect(throws: PouchError.self) { try await receipt.processed() }
          #expect(refusal?.code == .rejected, "\(name)")
        }
        let good = try await sender.send(
          Bytes(utf8: "good"), attributes: Attributes(name: "z/\(accent)x"))
        try await good.processed()
      }
      running.send(SIGTERM)
    }
    #expect(received.error.contains("stored 1 + refused 4"), "\(received)")
    #expect(
      workspace.names("a").map { Array($0.utf8) }
        == ["D", "D/z", "D/z/\(accent)x"].map { Array($0.utf8) })
  }

  @Test("an input is named by its last part, with an accent at its beginning, too")
  func lastPart() async throws {
    let workspace = try Workspace()
    try FileManager.default.createDirectory(
      atPath: workspace.file("in"), withIntermediateDirectories: true)
    let file = try workspace.write("in/\u{301}x", "x")
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output"]
        + [workspace.file("D/\u{301}out"), "--count", "1"]
    ) { running in
      try await run(.send, ["--to", try await running.endpoint(), file])
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(try workspace.bytes("D/\u{301}out/\u{301}x") == Data("x".utf8))
  }

  @Test("two thousand paths before the options are two thousand objects")
  func manyPaths() async throws {
    let workspace = try Workspace()
    for number in 1...200 { try workspace.write("f\(number)", "x") }
    let script = #"cd "$0"; f=$(echo f*); exec "$@" $f $f $f $f $f $f $f $f $f $f --to "$E""#
    let (sent, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--raw", "--count", "2000"]
    ) { running in
      try await run(
        Program(name: "sh", command: ["sh", "-c", script, workspace.path] + Program.send.command),
        [], environment: ["E": try await running.endpoint()])
    }
    #expect(sent.status == 0, "\(sent.errors.suffix(3))")
    #expect(received.output == [String(repeating: "x", count: 2000)])
  }
}
