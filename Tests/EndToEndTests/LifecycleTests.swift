import Foundation
import Testing

/// How the executables come to their end when they are asked to.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LifecycleTests {
  @Test("a receiver without work ends with 0 on either signal", arguments: [SIGINT, SIGTERM])
  func idleReceiver(_ signal: Int32) async throws {
    let workspace = try Workspace()
    let (_, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
    ) { running in
      _ = try await running.endpoint()
      running.send(signal)
    }
    #expect(received.status == 0, "\(received)")
    #expect(received.error.contains("begun 0 = stored 0 + refused 0 + incomplete 0"))
    #expect(!FileManager.default.fileExists(atPath: workspace.file("x.sock")))
  }

  @Test(
    "a sender whose object does not end is interrupted after its drain, and the receiver is told",
    arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func interruptedSender(_ signal: Int32, _ status: Int32) async throws {
    let workspace = try Workspace()
    let fifo = workspace.file("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    let part = try workspace.make("part", size: 2_000_000)
    let (_, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D"), "--json"]
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      // Writes a part and keeps the pipe open, until it is ended.
      var writer = Program.send
      writer.command = [
        "sh", "-c", "exec 3>\"$0\"; cat \"$1\" >&3; echo written; read line <\"$2\"",
        fifo, part,
      ]
      let stop = workspace.file("stop")
      try #require(mkfifo(stop, 0o600) == 0)
      _ = try await withProgram(writer, [stop]) { writing in
        let (_, sent) = try await withProgram(
          .send, ["--to", endpoint, fifo, "--set", "timeouts.drain=300ms"]
        ) { sending in
          try await writing.line(with: "written")
          // The pipe is empty but for what the sender's next piece lacks.
          sending.send(signal)
        }
        #expect(sent.status == status, "\(sent)")
        #expect(
          sent.error.contains(
            "pouch-send: error: interrupted: 300 ms were not enough for what was in flight; of 1 "
              + "object that were accepted, 0 were acknowledged"), "\(sent)")
        writing.send(SIGKILL)
      }
    }
    #expect(received.status == 2, "\(received)")
    #expect(received.error.contains("1 of 1 object did not come whole"), "\(received)")
    #expect(received.error.contains("the sender gave up on the object"), "\(received)")
    #expect(workspace.names("D").isEmpty)
  }

  /// A program that writes a part to a pipe, says so, and waits for a word before it writes the
  /// part again and closes the pipe.
  private func writer(_ workspace: Workspace) throws -> (Program, fifo: String, stop: String) {
    let (fifo, stop) = (workspace.file("fifo"), workspace.file("stop"))
    try #require(mkfifo(fifo, 0o600) == 0 && mkfifo(stop, 0o600) == 0)
    let part = try workspace.make("part", size: 2_000_000)
    var writer = Program.send
    writer.name = "sh"
    writer.command = [
      "sh", "-c",
      "exec 3>\"$0\"; cat \"$1\" >&3; echo written; read line <\"$2\"; cat \"$1\" >&3",
      fifo, part, stop,
    ]
    return (writer, fifo, stop)
  }

  @Test(
    "a sender that is told to stop finishes the object that it is sending, and begins no other",
    arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func finishingSender(_ signal: Int32, _ status: Int32) async throws {
    let workspace = try Workspace()
    let (writer, fifo, stop) = try writer(workspace)
    let other = try workspace.make("other", size: 10)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
    ) { receiving in
      defer { receiving.send(SIGTERM) }
      let endpoint = try await receiving.endpoint()
      return try await withProgram(writer, []) { writing in
        try await withProgram(.send, ["--to", endpoint, fifo, other]) { sending in
          try await writing.line(with: "written")
          sending.send(signal)
          try await sending.line(with: "stopping: what is in flight is finished first, within 30")
          try await tell(stop)
        }.1
      }.0
    }
    #expect(sent.status == status, "\(sent)")
    #expect(
      sent.error.contains(
        "interrupted; of 1 object that were accepted, 1 were acknowledged, 0 refused"), "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D") == ["fifo"])
    #expect(workspace.size("D/fifo") == 4_000_000)
  }

  @Test("a receiver that is told to stop takes the object that has begun to its end")
  func finishingReceiver() async throws {
    let workspace = try Workspace()
    let (writer, fifo, stop) = try writer(workspace)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
    ) { receiving in
      let endpoint = try await receiving.endpoint()
      return try await withProgram(writer, []) { writing in
        try await withProgram(.send, ["--to", endpoint, fifo]) { _ in
          try await writing.line(with: "written")
          receiving.send(SIGTERM)
          try await receiving.line(with: "stopping:")
          try await tell(stop)
        }.1
      }.0
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(workspace.size("D/fifo") == 4_000_000)
  }

  @Test("a receiver whose drain runs out says so with the signal's status, and tells the sender")
  func overdueReceiver() async throws {
    let workspace = try Workspace()
    let (writer, fifo, _) = try writer(workspace)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
        + ["--set", "timeouts.drain=300ms"]
    ) { receiving in
      let endpoint = try await receiving.endpoint()
      return try await withProgram(writer, []) { writing in
        defer { writing.send(SIGKILL) }
        return try await withProgram(.send, ["--to", endpoint, fifo]) { _ in
          try await writing.line(with: "written")
          receiving.send(SIGTERM)
        }.1
      }.0
    }
    #expect(received.status == 143, "\(received)")
    #expect(
      received.error.contains(
        "stopped before everything in flight was finished: 1 object did not come whole in time"),
      "\(received)")
    #expect(sent.status == 2, "\(sent)")
    #expect(sent.error.contains("the receiver has stopped, and waited"), "\(sent)")
    #expect(sent.error.contains("sending it again can help"), "\(sent)")
    #expect(workspace.names("D").isEmpty)
  }

  /// Writes a line into a pipe that somebody reads, or will.
  private func tell(_ fifo: String) async throws {
    _ = try await run(
      Program(name: "sh", command: ["sh", "-c", "echo on >\"$0\"", fifo]), [])
  }

  @Test("a sender that listens and waits for a receiver can be interrupted")
  func waitingSender() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let (_, sent) = try await withProgram(
      .send, ["--listen", Meeting.unix.endpoint(workspace), file]
    ) { running in
      _ = try await running.endpoint()
      running.send(SIGINT)
    }
    #expect(sent.status == 130, "\(sent)")
  }

  @Test(
    "a receiver that is killed leaves no file under its final name, and a connection that was lost",
    arguments: [Meeting.unix, .tcp, .tls])
  func killedReceiver(_ meeting: Meeting) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let fifo = workspace.file("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    let part = try workspace.make("part", size: 2_000_000)
    var writer = Program.send
    writer.command = ["sh", "-c", "exec 3>\"$0\"; cat \"$1\" >&3; echo written; read line <\"$2\""]
    let stop = workspace.file("stop")
    try #require(mkfifo(stop, 0o600) == 0)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", meeting.endpoint(workspace), "--output", workspace.file("D")]
        + meeting.identity(.listener, workspace)
    ) { receiving in
      let endpoint = try await receiving.endpoint()
      return try await withProgram(writer, [fifo, part, stop]) { writing in
        defer { writing.send(SIGKILL) }
        return try await withProgram(
          .send, ["--to", endpoint, fifo] + meeting.identity(.dialler, workspace)
        ) { _ in
          try await writing.line(with: "written")
          receiving.send(SIGKILL)
        }.1
      }.0
    }
    #expect(received.status == -SIGKILL)
    #expect(sent.status == 69, "\(sent)")
    #expect(workspace.names("D").allSatisfy { $0.hasPrefix(".pouch-") })
  }

  @Test(
    "a sender that is killed in the middle of an object is a connection that was lost",
    arguments: [Meeting.unix, .tcp, .tls])
  func killedSender(_ meeting: Meeting) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let (writer, fifo, _) = try writer(workspace)
    let received = try await withProgram(writer, []) { writing in
      defer { writing.send(SIGKILL) }
      return try await withProgram(
        .send,
        ["--listen", meeting.endpoint(workspace), fifo] + meeting.identity(.listener, workspace)
      ) { sending in
        try await withProgram(
          .receive,
          ["--from", try await sending.endpoint(), "--output", workspace.file("D")]
            + meeting.identity(.dialler, workspace)
        ) { _ in
          try await writing.line(with: "written")
          sending.send(SIGKILL)
        }.1
      }.0
    }.0
    #expect(received.status == 69, "\(received)")
    #expect(workspace.names("D").isEmpty)
  }

  @Test("what cannot be written holds up the acknowledgement: 75 here, and 143 when told to stop")
  func stuckReceiver() async throws {
    let workspace = try Workspace()
    let fifo = workspace.file("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    let file = try workspace.make("a", size: 300_000)
    // Its stdout is a pipe that nobody reads, and that never breaks.
    var stuck = Program.receive
    stuck.command = ["sh", "-c", "exec 3<>\"$0\"; exec \"$@\" >&3", fifo] + stuck.command
    let (sent, received) = try await withProgram(
      stuck,
      ["--listen", Meeting.unix.endpoint(workspace), "--raw", "--set", "timeouts.drain=100ms"]
    ) { running in
      defer { running.send(SIGTERM) }
      return try await run(
        .send, ["--to", try await running.endpoint(), "--timeout", "200ms", file])
    }
    #expect(sent.status == 75, "\(sent)")
    #expect(sent.error.contains("the acknowledgement of '"), "\(sent)")
    #expect(sent.error.contains("undelivered 1"), "\(sent)")
    #expect(received.status == 143, "\(received)")
  }
}
