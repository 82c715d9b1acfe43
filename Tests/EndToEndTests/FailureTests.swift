import Foundation
import Testing

/// What goes wrong between two executables: one clear error, and the exit status of the table.
@Suite(.serialized, .timeLimit(.minutes(1))) struct FailureTests {
  @Test("TLS: the wrong CA, no certificate, the wrong name and the wrong peer end with 77")
  func identities() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    try await workspace.makeCertificates("Other")
    let file = try workspace.make("bad", size: 10)
    let identity = Meeting.tls.identity(.dialler, workspace)
    let trust = ["--trust", workspace.file("Certs/ca.pem")]
    try await receiverSurvives(.tls, workspace) { endpoint in
      func send(_ arguments: [String]) async throws -> Outcome {
        try await run(.send, ["--to", endpoint, file] + arguments)
      }
      let wrongCA = try await send(
        ["--trust", workspace.file("Other/ca.pem")] + identity.dropFirst(2))
      #expect(wrongCA.status == 77)
      #expect(wrongCA.error.contains("self-signed certificate in certificate chain"), "\(wrongCA)")
      #expect(wrongCA.errors.last?.hasPrefix("  = ") == true, "\(wrongCA)")

      let noCertificate = try await send(trust)
      #expect(noCertificate.status == 77)
      #expect(noCertificate.error.contains("certificate required"), "\(noCertificate)")

      let wrongName = try await send(identity + ["--server-name", "db9.example.org"])
      #expect(wrongName.status == 77)
      #expect(wrongName.error.contains("mismatch"), "\(wrongName)")

      let wrongPeer = try await send(identity + ["--allow", "somebody.example.org"])
      #expect(wrongPeer.status == 77, "\(wrongPeer)")
    }
  }

  @Test("a receiver takes objects only from whom it allows")
  func allowList() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let file = try workspace.make("bad", size: 10)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", "tls://localhost:0", "--output", workspace.file("D"), "--allow", "other"]
        + Meeting.tls.identity(.listener, workspace)
    ) { running in
      defer { running.send(SIGTERM) }
      return try await run(
        .send,
        ["--to", try await running.endpoint(), file] + Meeting.tls.identity(.dialler, workspace))
    }
    #expect(sent.status != 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D").isEmpty)
  }

  @Test("a Unix socket admits only the users that --allow names")
  func allowedUsers() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    for (user, isAllowed) in [(getuid(), true), (getuid() &+ 4711, false)] {
      let (sent, received) = try await withProgram(
        .receive,
        ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
          + ["--allow", "\(user)"]
      ) { running in
        defer { running.send(SIGTERM) }
        return try await run(.send, ["--to", try await running.endpoint(), file])
      }
      #expect((sent.status == 0) == isAllowed, "\(sent)")
      #expect(received.status == 0, "\(received)")
    }
    #expect(workspace.names("D") == ["a"])
  }

  @Test("plain text to a TLS port, TLS to a plain port, and two of one role end with 76")
  func protocols() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let file = try workspace.make("bad", size: 10)
    let identity = Meeting.tls.identity(.dialler, workspace)
    try await receiverSurvives(.tls, workspace) { endpoint in
      let plain = try await run(
        .send, ["--to", endpoint.replacing("tls://", with: "tcp://"), file])
      #expect(plain.status == 76)
      #expect(plain.error.contains("use tls:// at both ends"), "\(plain)")
      let receiver = try await run(
        .receive, ["--from", endpoint, "--output", workspace.file("E")] + identity)
      #expect(receiver.status == 76)
      #expect(receiver.error.contains("both ends are receivers"), "\(receiver)")
    }
    try FileManager.default.removeItem(atPath: workspace.file("D"))
    try await receiverSurvives(.tcp, workspace) { endpoint in
      let tls = try await run(
        .send,
        ["--to", endpoint.replacing("tcp://127.0.0.1", with: "tls://localhost"), file] + identity)
      #expect(tls.status == 76)
      #expect(tls.error.contains("does not speak TLS"), "\(tls)")
    }
  }

  @Test("a pipeline that the receiver does not want is refused by name")
  func policies() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("bad", size: 10)
    try await receiverSurvives(
      .tcp, workspace, options: ["--require", "crc32c", "--set", "pipeline.allow=sha-256"]
    ) { endpoint in
      let lacking = try await run(.send, ["--to", endpoint, file])
      #expect(lacking.status == 76)
      #expect(lacking.error.contains("lacks 'crc32c'"), "\(lacking)")
      let forbidden = try await run(
        .send, ["--to", endpoint, "--compress", "deflate", "--integrity", "crc32c", file])
      #expect(forbidden.status == 76)
      #expect(forbidden.error.contains("has 'deflate'"), "\(forbidden)")
    }
  }

  @Test("nobody at the endpoint ends with 69, for either side")
  func unreachable() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let missing = "unix://\(workspace.file("nobody.sock"))"
    let sent = try await run(.send, ["--to", missing, file])
    #expect(sent.status == 69, "\(sent)")
    #expect(sent.errors.count == 2, "\(sent)")
    let received = try await run(.receive, ["--from", missing, "--output", workspace.file("D")])
    #expect(received.status == 69, "\(received)")
    // Bound and let go: nobody listens there now.
    let (endpoint, _) = try await withProgram(
      .receive, ["--listen", "tcp://127.0.0.1:0", "--output", workspace.file("D")]
    ) { running in
      defer { running.send(SIGTERM) }
      return try await running.endpoint()
    }
    let closed = try await run(.send, ["--to", endpoint, file])
    #expect(closed.status == 69)
    #expect(closed.error.contains("Connection refused"), "\(closed)")
  }

  @Test("the next endpoint is tried when one does not answer")
  func failover() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.abstract.endpoint(workspace), "--output", workspace.file("D")]
        + ["--count", "1"]
    ) { running in
      try await run(
        .send,
        ["--to", "unix:@nobody-\(workspace.path)", "--to", try await running.endpoint(), file])
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
  }

  @Test("a missing input ends with 66 before anything is sent")
  func missingInput() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    // Nobody listens: had it tried to connect, it would have ended with 69.
    let nobody = "unix://\(workspace.file("nobody.sock"))"
    let outcome = try await run(
      .send, ["--to", nobody, file, workspace.file("none"), workspace.path])
    #expect(outcome.status == 66)
    #expect(outcome.error.contains("none' cannot be read: No such file"), "\(outcome)")
    #expect(outcome.error.contains("is a directory"), "\(outcome)")
    #expect(outcome.errors.last == "  = nothing was sent")
  }

  @Test("an output that cannot be made ends with 73 before anybody is let in")
  func unwritableOutput() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("file", size: 1)
    for output in ["/proc/none", "\(file)/below", file] {
      let outcome = try await run(
        .receive, ["--listen", "tcp://127.0.0.1:0", "--output", output])
      #expect([73, 78].contains(outcome.status), "\(outcome)")
      #expect(!outcome.error.contains("listening"))
    }
  }

  @Test(
    "wrong use ends with 64",
    arguments: [
      ["--to", "tcp://127.0.0.1:1"], ["--nonsense"], ["--to", "x", "--name", "n", "file"],
      ["--to", "x", "--header", "novalue", "file"], ["-q", "-v", "--to", "x", "file"],
    ])
  func usage(_ arguments: [String]) async throws {
    let outcome = try await run(.send, arguments)
    #expect(outcome.status == 64, "\(outcome)")
    #expect(outcome.error.contains("Usage: pouch-send"), "\(outcome)")
  }

  @Test("an object above the receiver's limit fails alone")
  func tooLarge() async throws {
    let workspace = try Workspace()
    let large = try workspace.make("large", size: 900_000)
    let small = try workspace.make("small", size: 10)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", "tcp://127.0.0.1:0", "--output", workspace.file("D"), "--count", "1"]
        + ["--set", "limits.stream=512KiB"]
    ) { running in
      try await run(.send, ["--to", try await running.endpoint(), large, small])
    }
    #expect(sent.status == 65, "\(sent)")
    #expect(sent.error.contains("raise limits"), "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D") == ["small"])
  }
}
