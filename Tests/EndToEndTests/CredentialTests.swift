import Foundation
import Testing

/// What the executables say about files that cannot be used, and with which status.
@Suite("Files of credentials", .timeLimit(.minutes(2)))
struct CredentialTests {
  @Test("that are wrong are blamed on the option that named them")
  func blame() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let certs = workspace.file("Certs")
    for (trust, certificate, key, expected) in [
      ("ca.pem", "receiver.key", "receiver.pem", "--certificate: error: the certificate and the"),
      ("ca.pem", "sender.pem", "receiver.key", "--certificate: error: private key"),
      ("receiver.key", "receiver.pem", "receiver.key", "--trust: error: trust file"),
      ("sender.pem", "receiver.pem", "receiver.key", "--trust: error: trust file"),
      ("ca.pem", "receiver.pem", "sender.pem", "--key: error: private key"),
    ] {
      let outcome = try await run(
        .receive,
        [
          "--listen", "tls://localhost:0", "--lines", "--check", "--trust", "\(certs)/\(trust)",
          "--certificate", "\(certs)/\(certificate)", "--key", "\(certs)/\(key)",
        ])
      #expect(outcome.status == 78, "\(outcome)")
      #expect(outcome.errors.first?.hasPrefix(expected) == true, "\(outcome)")
      #expect(outcome.errors.count == 3, "\(outcome)")
      // Others may well read a certificate.
      #expect(!outcome.error.contains("chmod"), "\(outcome)")
    }
  }

  @Test("that cannot be written to end with the status of an output, and the system's reason")
  func output() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 1)
    for check in [[], ["--check"]] {
      let outcome = try await run(
        .receive, ["--listen", "tcp://127.0.0.1:0", "--output", file] + check)
      #expect(outcome.status == 73, "\(outcome)")
      #expect(outcome.error.contains("Not a directory"), "\(outcome)")
    }
  }

  @Test(
    "without a descriptor for them, or for anything else at the start, have a status of their own",
    arguments: ["receive", "send", "certs"])
  func descriptors(_ name: String) async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let input = try workspace.make("a", size: 1)
    let program = [Program.receive, .send, .certs].first { $0.name.hasSuffix(name) }
    let command = try #require(program).command
    let identity = Meeting.tls.identity(.listener, workspace)
    let arguments =
      switch name {
      case "receive": ["--listen", "tls://localhost:0", "--lines"] + identity
      case "send": ["--listen", "tls://localhost:0", "--broadcast", input] + identity
      default: ["inspect", workspace.file("Certs/ca.pem")]
      }
    var statuses: Set<Int32> = []
    // From what the loader needs to load the program, to what it needs to serve, which takes two
    // for each core.
    for limit in Array(4...32) + [4096] {
      let shell = Program(
        name: name,
        command: ["bash", "-c", "ulimit -n \(limit); exec \"$@\"", "bash"] + command)
      let (_, outcome) = try await withProgram(shell, arguments) { running in
        if name == "certs" { return }
        // It has ended already when it could not listen.
        if (try? await running.endpoint()) != nil { running.send(SIGTERM) }
      }
      statuses.insert(outcome.status)
      #expect([0, 71].contains(outcome.status), "with \(limit): \(outcome)")
      if outcome.status == 71 {
        #expect(outcome.error.contains("ulimit -n"), "with \(limit): \(outcome)")
      }
    }
    #expect(statuses == [0, 71])
  }
}
