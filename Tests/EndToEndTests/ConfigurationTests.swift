import Foundation
import Testing

/// Configuration files, as the executables read them.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ConfigurationTests {
  /// The repository's examples in a workspace, with the certificates and the key they name.
  private func examples() async throws -> Workspace {
    let workspace = try Workspace()
    try FileManager.default.copyItem(
      atPath: Repository.path("Configs"), toPath: workspace.file("Configs"))
    try await workspace.makeCertificates()
    let key = workspace.file("Certs/hmac.key")
    try FileManager.default.moveItem(atPath: try Stages.hmac.key(workspace), toPath: key)
    return workspace
  }

  @Test("every example passes --check", arguments: ["sender", "receiver"])
  func examplesPass(_ role: String) async throws {
    let workspace = try await examples()
    let all = workspace.names("Configs").filter { $0.hasSuffix(".yaml") }
    #expect(all.allSatisfy { $0.hasPrefix("sender") || $0.hasPrefix("receiver") })
    let names = all.filter { $0.hasPrefix(role) }
    #expect(names.count >= 8)
    let program = role == "sender" ? Program.send : .receive
    for name in names {
      let outcome = try await run(
        program, ["--config", workspace.file("Configs/\(name)"), "--check"])
      #expect(outcome.status == 0, "\(name): \(outcome)")
    }
    #expect(workspace.names("received").isEmpty)
  }

  @Test(
    "each example of a receiver serves its sender",
    arguments: [
      "unix", "tls", "hmac-sha-256",
    ])
  func examplesRun(_ name: String) async throws {
    let workspace = try await examples()
    let file = try workspace.make("a", size: 100_000)
    let listen: [String] =
      switch name {
      case "unix": []
      case "tls": ["--listen", "tls://localhost:0"]
      default: ["--listen", "tcp://127.0.0.1:0"]
      }
    let (sent, received) = try await withProgram(
      .receive,
      ["--config", workspace.file("Configs/receiver-\(name).yaml"), "--count", "1"] + listen
    ) { running in
      let endpoint = try await running.endpoint()
      return try await run(
        .send,
        ["--config", workspace.file("Configs/sender-\(name).yaml"), file]
          + (listen.isEmpty ? [] : ["--to", endpoint]))
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(try workspace.bytes("received/a") == workspace.bytes("a"))
  }

  @Test("what is wrong is shown with file, line, column, caret and hint, all at once")
  func errors() async throws {
    let workspace = try Workspace()
    let file = try workspace.write(
      "bad.yaml",
      """
      version: 1
      conect: tcp://127.0.0.1:1
      pipeline:
        - compress: {algorithm: zstandard, level: 3}
      """)
    for arguments in [["--check"], [file]] {
      let outcome = try await run(.send, ["--config", file] + arguments)
      #expect(outcome.status == 78)
      #expect(
        outcome.error.contains(
          """
          \(file):2:1: error: unknown key 'conect'
             2 | conect: tcp://127.0.0.1:1
               | ^~~~~~
               = did you mean 'connect'?
          """), "\(outcome)")
      #expect(outcome.error.contains("bad.yaml:4:27: error: unknown algorithm 'zstandard'"))
      #expect(outcome.errors.last?.hasSuffix("Nothing was started.") == true, "\(outcome)")
    }
  }

  @Test("an option wins over --set, that over the environment, and that over the file")
  func precedence() async throws {
    let workspace = try Workspace()
    let file = try workspace.write(
      "a.yaml", "version: 1\nconnect: unix:@file-\(workspace.path)\n")
    func failing(_ arguments: [String], _ environment: [String: String]) async throws -> String {
      try await run(
        .send, ["--config", file, "--check", "--connect"] + arguments, environment: environment
      ).error
    }
    let variable = ["POUCH_CONNECT": "unix:@environment-\(workspace.path)"]
    let set = ["--set", "connect=unix:@set-\(workspace.path)"]
    let option = ["--to", "unix:@option-\(workspace.path)"]
    #expect(try await failing([], [:]).contains("unix:@file-"))
    #expect(try await failing([], variable).contains("unix:@environment-"))
    #expect(try await failing(set, variable).contains("unix:@set-"))
    #expect(try await failing(set + option, variable).contains("unix:@option-"))
  }

  @Test("a private key that others can read is refused by --check and by a run")
  func keyPermissions() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let key = workspace.file("Certs/sender.key")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
    let file = try workspace.make("a", size: 1)
    for arguments in [["--check"], [file]] {
      let outcome = try await run(
        .send,
        ["--to", "tls://localhost:1"] + Meeting.tls.identity(.dialler, workspace) + arguments)
      #expect(outcome.status == 78, "\(outcome)")
      #expect(outcome.error.contains("chmod 600"), "\(outcome)")
      #expect(!outcome.error.contains("BEGIN"))
    }
  }

  @Test("--check finds a certificate and a key that do not belong together")
  func mismatchedKey() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let certs = workspace.file("Certs")
    let outcome = try await run(
      .send,
      ["--to", "tls://localhost:1", "--trust", "\(certs)/ca.pem", "--check"]
        + ["--certificate", "\(certs)/sender.pem", "--key", "\(certs)/receiver.key"])
    #expect(outcome.status == 78, "\(outcome)")
  }

  @Test("--check --connect names the first step that fails")
  func steps() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let identity = Meeting.tls.identity(.dialler, workspace)
    let (_, received) = try await withProgram(
      .receive,
      ["--listen", "tls://localhost:0", "--output", workspace.file("D"), "--require", "crc32c"]
        + Meeting.tls.identity(.listener, workspace)
    ) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      func check(_ arguments: [String]) async throws -> Outcome {
        try await run(.send, ["--check", "--connect"] + arguments)
      }
      let good = try await check(["--to", endpoint, "--integrity", "crc32c"] + identity)
      #expect(good.status == 0, "\(good)")
      #expect(good.error.contains("pipeline: crc32c"), "\(good)")
      let pipeline = try await check(["--to", endpoint] + identity)
      #expect(pipeline.status == 76)
      #expect(pipeline.error.contains("step 'pipeline' failed"), "\(pipeline)")
      let hello = try await check(["--to", endpoint.replacing("tls://", with: "tcp://")])
      #expect(hello.error.contains("step 'hello' failed"), "\(hello)")
      let tls = try await check(
        ["--to", endpoint, "--server-name", "other.example.org"] + identity)
      #expect(tls.status == 77)
      #expect(tls.error.contains("step 'TLS' failed"), "\(tls)")
      let connect = try await check(["--to", "unix:@nobody-\(workspace.path)"])
      #expect(connect.status == 69)
      #expect(connect.error.contains("step 'connect' failed"), "\(connect)")
      let name = try await check(["--insecure", "--to", "tcp://pouch.invalid:1"])
      #expect(name.error.contains("step 'name' failed"), "\(name)")
      // An endpoint that somebody has is told apart from one that is free.
      let bound = try await run(
        .receive,
        ["--check", "--connect", "--output", workspace.file("D"), "--listen"]
          + [endpoint.replacing("tls://localhost", with: "tcp://127.0.0.1")])
      #expect(bound.status == 78, "\(bound)")
    }
    #expect(received.status == 0, "\(received)")
  }

  @Test("--help shows an example for every group of options, and --version the version")
  func help() async throws {
    for program in [Program.send, .receive] {
      let help = try await run(program, ["--help"])
      #expect(help.status == 0)
      let text = help.output.joined(separator: "\n")
      let titles = text.matches(of: /(?m)^([A-Z][A-Z ]+):$/).map { String($0.1) }
      let groups = titles.filter { $0 != "OPTIONS" }
      #expect(groups.count >= 6, "\(titles)")
      let examples = help.output.drop { $0 != "EXAMPLES" }.dropFirst().prefix { !$0.isEmpty }
      for group in groups {
        #expect(examples.contains { $0.uppercased() == "  \(group)" }, "\(group)")
      }
      // None is so long that it was broken.
      #expect(examples.allSatisfy { $0.hasPrefix("  ") })
      #expect(text.contains("EXIT STATUS"))
      #expect(help.output.allSatisfy { $0.count <= 100 })
      let version = try await run(program, ["--version"])
      #expect(version.output == ["0.1.0"])
      for shell in ["bash", "zsh", "fish"] {
        let script = try await run(program, ["--generate-completion-script", shell])
        #expect(script.status == 0)
        #expect(!script.output.isEmpty)
      }
    }
  }
}
