import Foundation
import Testing

/// Runs docs/python.md as it is written, but for its ports.
@Suite(
  .enabled(if: Program.hasPython, "there is no python3 here to run the page with"), .serialized,
  .timeLimit(.minutes(2)))
struct PythonGuideTests {
  static let guide = Guide("docs/python.md")

  @Test(
    "an example of docs/python.md does what the page says",
    arguments: guide.examples.filter { $0.package == nil })
  func example(_ example: Guide.Example) async throws { try await run(example) }

  @Test(
    "an example of docs/python.md with NumPy does what the page says",
    .enabled(if: Program.hasNumPy, "python3 cannot import numpy: python3 -m pip install numpy"),
    arguments: guide.examples.filter { $0.package == "numpy" })
  func withNumPy(_ example: Guide.Example) async throws { try await run(example) }

  @Test(
    "an example of docs/python.md with cbor2 does what the page says",
    .enabled(
      if: Program.canImport("cbor2"), "python3 cannot import cbor2: python3 -m pip install cbor2"),
    arguments: guide.examples.filter { $0.package == "cbor2" })
  func withCBOR2(_ example: Guide.Example) async throws { try await run(example) }

  @Test("every block of the page belongs to a whole example")
  func complete() {
    #expect(Self.guide.examples.count >= 15)
    for example in Self.guide.examples {
      #expect(!example.shell.isEmpty && !example.python.isEmpty && !example.output.isEmpty)
    }
  }

  private func run(_ example: Guide.Example) async throws {
    let workspace = try Workspace()
    let port = try #require(example.shell.firstMatch(of: /127\.0\.0\.1:(\d+)/)).1
    let shell = example.shell.replacing(":\(port)", with: ":0")
    let (second, first) = try await withProgram(.shell(in: workspace), ["exec " + shell]) {
      running in
      let bound = try await running.endpoint().split(separator: ":").last ?? ""
      try workspace.write("example.py", example.python.replacing(port, with: bound))
      let outcome = try await EndToEndTests.run(
        .shell(in: workspace), ["exec python3 -B example.py"])
      // What it was to be sent will not come.
      if outcome.status != 0 { running.send(SIGTERM) }
      return outcome
    }
    #expect(second.status == 0, "\(second)")
    #expect(first.status == 0, "\(first)")
    let expected = example.output.split(separator: "\n").map(String.init)
    #expect(first.output + second.output == expected, "\(first)\n\(second)")
  }
}

extension Program {
  /// A shell in the directory of a workspace, with the executables on its path and the peer's
  /// modules for Python to import.
  static func shell(in workspace: Workspace) -> Program {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return Program(
      name: "bash",
      command: [
        "env", "-C", workspace.path, "PATH=\(send.directory):\(path)",
        "PYTHONPATH=\(Repository.path("Tests/Peers"))", "bash", "-c",
      ])
  }

  /// Where the executables stand.
  private var directory: String {
    URL(filePath: command.first ?? "").deletingLastPathComponent().path
  }
}
