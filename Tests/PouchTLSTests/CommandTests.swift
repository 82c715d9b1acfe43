import Glibc
import PouchTLS
import Subprocess
import Testing

/// `pouch-certs` as a user runs it.
@Suite(.timeLimit(.minutes(1))) struct CommandTests {
  /// The command that was built with these tests: it stands beside them.
  private static let command: String? = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    let tests = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let slash = tests.lastIndex(of: "/") else { return nil }
    return tests[...slash] + "pouch-certs"
  }()

  private struct Outcome {
    var status: Int32
    var output: String
    var error: String
  }

  private func run(_ arguments: String...) async throws -> Outcome {
    let command = try #require(Self.command)
    let result = try await Subprocess.run(
      // env takes a path, without the need for another module's FilePath.
      .name("env"), arguments: Arguments([command] + arguments), output: .string(limit: 1 << 16),
      error: .string(limit: 1 << 16))
    guard case .exited(let status) = result.terminationStatus else {
      return Outcome(status: -1, output: "", error: "\(result.terminationStatus)")
    }
    return Outcome(
      status: Int32(status), output: result.standardOutput, error: result.standardError)
  }

  @Test func `create, inspect and verify work together`() async throws {
    let directory = try TemporaryDirectory()
    let certs = directory.file("Certs")
    let created = try await run("create", "--output", certs, "--name", "db1", "--name", "10.0.0.5")
    #expect(created.status == 0)
    #expect(created.output.isEmpty)
    #expect(created.error.split(separator: "\n").count == 6)

    let shown = try await run("inspect", "\(certs)/receiver.pem", "\(certs)/ca.pem")
    #expect(shown.status == 0)
    #expect(shown.output.contains("names      db1, 10.0.0.5\n"))
    #expect(shown.output.contains("authority  yes\n"))

    let good = try await run(
      "verify", "--trust", "\(certs)/ca.pem", "--name", "db1", "\(certs)/receiver.pem")
    #expect(good.status == 0)
    #expect(good.output.contains("receiver.pem: good, until "))
    let bad = try await run(
      "verify", "--trust", "\(certs)/ca.pem", "--name", "db1", "\(certs)/sender.pem",
      "\(certs)/receiver.pem")
    #expect(bad.status == 77)
    #expect(bad.output.contains("sender.pem: refused: it is not for 'db1'"))
    #expect(bad.output.contains("receiver.pem: good"))

    let chain = directory.file("chain.pem")
    let merged = try await Subprocess.run(
      .name("sh"), arguments: ["-c", "cat \(certs)/ca.pem \(certs)/receiver.pem > \(chain)"],
      output: .discarded)
    #expect(merged.terminationStatus.isSuccess)
    let reversed = try await run("verify", "--trust", "\(certs)/ca.pem", chain)
    #expect(reversed.status == 77)
    #expect(reversed.output.contains("chain.pem: refused: it is in the wrong order"))
    let leaf = try await run("verify", "--trust", "\(certs)/sender.pem", "\(certs)/receiver.pem")
    #expect(leaf.status == 78)
    #expect(leaf.error.contains("holds no authority"))

    let again = try await run("create", "--output", certs)
    #expect(again.status == 73)
    #expect(again.error.contains("exist already\n  = use --force"))
    #expect(try await run("create", "--output", certs, "--force").status == 0)
  }

  @Test func `each failure has its exit status`() async throws {
    let directory = try TemporaryDirectory()
    let missing = directory.file("missing.pem")
    #expect(try await run("inspect", missing).status == 66)
    #expect(try await run("verify", "--trust", missing, missing).status == 66)
    #expect(try await run("inspect").status == 64)
    #expect(try await run("create", "--output", directory.path, "--name", "a b").status == 64)
    #expect(try await run("create", "--output", directory.path, "--days", "0").status == 64)
    #expect(try await run("create", "--output", "/proc/none/x").status == 73)
    #expect(directory.names.isEmpty)
    let text = directory.file("text.pem")
    let descriptor = creat(text, 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    #expect(try await run("inspect", text).status == 78)
    #expect(try await run("--help").status == 0)
    #expect(try await run("--version").status == 0)
  }
}
