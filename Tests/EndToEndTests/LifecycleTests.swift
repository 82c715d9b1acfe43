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
    "a sender that waits for input is interrupted at once, and the receiver drops the part",
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
        let (_, sent) = try await withProgram(.send, ["--to", endpoint, fifo]) { sending in
          try await writing.line(with: "written")
          // The pipe is empty but for what the sender's next piece lacks.
          sending.send(signal)
        }
        #expect(sent.status == status, "\(sent)")
        #expect(sent.errors.last?.hasPrefix("pouch-send: error: interrupted") == true, "\(sent)")
        writing.send(SIGKILL)
      }
    }
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D").isEmpty)
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

  @Test("a receiver that is killed leaves no file under its final name")
  func killedReceiver() async throws {
    let workspace = try Workspace()
    let fifo = workspace.file("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    let part = try workspace.make("part", size: 2_000_000)
    var writer = Program.send
    writer.command = ["sh", "-c", "exec 3>\"$0\"; cat \"$1\" >&3; echo written; read line <\"$2\""]
    let stop = workspace.file("stop")
    try #require(mkfifo(stop, 0o600) == 0)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
    ) { receiving in
      let endpoint = try await receiving.endpoint()
      return try await withProgram(writer, [fifo, part, stop]) { writing in
        defer { writing.send(SIGKILL) }
        return try await withProgram(.send, ["--to", endpoint, fifo]) { _ in
          try await writing.line(with: "written")
          receiving.send(SIGKILL)
        }.1
      }.0
    }
    #expect(received.status == -SIGKILL)
    #expect([65, 69].contains(sent.status), "\(sent)")
    #expect(workspace.names("D").allSatisfy { $0.hasPrefix(".pouch-") })
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
