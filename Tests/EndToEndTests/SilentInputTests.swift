import Foundation
import Testing

/// A sender whose input is open and gives nothing more.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SilentInputTests {
  static let meetings = [Meeting.tcp, .tls, .unix]

  /// Runs `body` beside somebody who has written `text` to a pipe and keeps it open.
  private func withSilentPipe<R: Sendable>(
    _ workspace: Workspace, _ text: String, _ body: (_ fifo: String) async throws -> R
  ) async throws -> R {
    let (fifo, never) = (workspace.file("fifo"), workspace.file("never"))
    try #require(mkfifo(fifo, 0o600) == 0 && mkfifo(never, 0o600) == 0)
    // Opened for reading, too, so that the pipe need not have a reader yet.
    let writer = Program(
      name: "writer",
      command: [
        "bash", "-c", "exec 3<>\"$0\" 4<>\"$2\"; cat \"$1\" >&3; echo open; read -t 1000 line <&4",
      ])
    return try await withProgram(writer, [fifo, try workspace.write("part", text), never]) {
      writing in
      defer { writing.send(SIGKILL) }
      try await writing.line(with: "open")
      return try await body(fifo)
    }.0
  }

  @Test(
    "ends when the receiver refuses the object, with the reason, and sends the next one",
    .disabled(if: Sanitizer.isActive), arguments: meetings, [false, true])
  func refused(_ meeting: Meeting, _ goesOn: Bool) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let next = try workspace.write("next", "next")
    // No file may grow beyond 1 KiB here; the shell's unit is 512 bytes.
    let limited = Program(
      name: "pouch-receive",
      command: ["sh", "-c", "ulimit -f 2; exec \"$@\"", "sh"] + Program.receive.command)
    let (sent, _) = try await withProgram(
      limited,
      ["--listen", meeting.endpoint(workspace), "--output", workspace.file("D")]
        + meeting.identity(.listener, workspace)
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      return try await withSilentPipe(workspace, String(repeating: "x", count: 3000)) { fifo in
        try await run(
          .send,
          ["--to", endpoint, "-"] + (goesOn ? [next] : [])
            + meeting.identity(.dialler, workspace), input: fifo)
      }
    }
    #expect(sent.status == 2, "\(sent)")
    #expect(sent.error.contains("the receiver refused the object"), "\(sent)")
    #expect(sent.error.contains("File too large"), "\(sent)")
    #expect(workspace.names("D") == (goesOn ? ["next"] : []))
  }

  @Test("ends when nothing more came for too long, as the receiver says", arguments: meetings)
  func stalled(_ meeting: Meeting) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let (sent, _) = try await withProgram(
      .receive,
      [
        "--listen", meeting.endpoint(workspace), "--output", workspace.file("D"), "--set",
        "timeouts.body=500ms",
      ] + meeting.identity(.listener, workspace)
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      return try await withSilentPipe(workspace, "x") { fifo in
        try await run(
          .send, ["--to", endpoint, fifo] + meeting.identity(.dialler, workspace))
      }
    }
    #expect(sent.status == 2, "\(sent)")
    #expect(sent.error.contains("nothing more of the object came for"), "\(sent)")
    #expect(workspace.names("D") == [])
  }

  @Test(
    "ends when the receiver is killed, whoever listens", arguments: meetings, [false, true])
  func killed(_ meeting: Meeting, _ senderListens: Bool) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let sent = try await withSilentPipe(workspace, "begun\n") { fifo in
      func sender(_ endpoint: [String], _ side: Side) -> [String] {
        endpoint + [fifo] + meeting.identity(side, workspace)
      }
      func receiver(_ endpoint: [String], _ side: Side) -> [String] {
        endpoint + ["--raw"] + meeting.identity(side, workspace)
      }
      let listening = ["--listen", meeting.endpoint(workspace)]
      if senderListens {
        return try await withProgram(.send, sender(listening, .listener)) { sending in
          let endpoint = try await sending.endpoint()
          _ = try await withProgram(.receive, receiver(["--from", endpoint], .dialler)) {
            try await $0.line(with: "begun")
            $0.send(SIGKILL)
          }
        }.1
      }
      return try await withProgram(.receive, receiver(listening, .listener)) { receiving in
        let endpoint = try await receiving.endpoint()
        return try await withProgram(.send, sender(["--to", endpoint], .dialler)) { _ in
          try await receiving.line(with: "begun")
          receiving.send(SIGKILL)
        }.1
      }.0
    }
    #expect(sent.status == 69, "\(sent)")
  }
}
