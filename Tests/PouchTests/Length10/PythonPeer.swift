import Glibc
import Subprocess
import Testing

/// `Tests/Peers/length10_peer.py`, which does what the tutorial's programs do.
enum PythonPeer {
  static let isInstalled: Bool = {
    guard let path = getenv("PATH") else { return false }
    return String(cString: path).split(separator: ":")
      .contains { access("\($0)/python3", X_OK) == 0 }
  }()

  private static let script: String = {
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/\(here)/Peers/length10_peer.py"
  }()

  /// Runs the peer, and `body` beside it; then waits for its end.
  ///
  /// - Returns: What the peer said, line by line.
  static func run(
    _ arguments: [String], _ body: (Running) async throws -> Void = { _ in }
  ) async throws -> [String] {
    let output = Gathered<String>()
    let errors = Gathered<String>()
    let result = try await Subprocess.run(
      .name("python3"), arguments: Arguments(["-B", script] + arguments), input: .none,
      output: .sequence, error: .sequence
    ) { execution in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for try await line in execution.standardOutput.strings() { output.append(line) }
        }
        group.addTask {
          for try await line in execution.standardError.strings() { errors.append(line) }
        }
        do {
          try await body(Running(output: output))
        } catch {
          _ = kill(execution.processIdentifier.value, SIGKILL)
          throw error
        }
        try await group.waitForAll()
      }
    }
    #expect(
      result.terminationStatus.isSuccess,
      Comment(rawValue: errors.values.joined(separator: "\n")))
    return output.values
  }

  /// The peer while it runs.
  struct Running: Sendable {
    let output: Gathered<String>

    /// Where the peer listens, once it does: the endpoint behind `scheme` of a port, or as it is.
    func endpoint() async throws -> String {
      await output.wait(for: 1)
      let prefix = "listening on "
      let line = try #require(output.values.first)
      try #require(line.hasPrefix(prefix), "\(line)")
      return String(line.dropFirst(prefix.count))
    }
  }
}
