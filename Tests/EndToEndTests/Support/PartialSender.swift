import Foundation
import Testing

/// Runs a pouch-send whose object never comes to its end: it reads from a pipe that holds `part`.
///
/// - Parameters:
///   - trickles: Whether a numbered line more comes three times a second.
///   - body: What happens when it has read the part; the sender is killed behind it.
func withPartialSender(
  _ workspace: Workspace, to endpoint: String, part: String, _ arguments: [String] = [],
  trickles: Bool = false,
  _ body: (RunningProgram) async throws -> Void
) async throws {
  let (fifo, stop) = (workspace.file("fifo"), workspace.file("stop"))
  for pipe in [fifo, stop] where !FileManager.default.fileExists(atPath: pipe) {
    try #require(mkfifo(pipe, 0o600) == 0)
  }
  // Writes the part and keeps the pipe open, until it is ended.
  let writer = Program(
    name: "writer",
    command: [
      "bash", "-c",
      """
      exec 3>"$0" 4<>"$2"; cat "$1" >&3; echo written
      until read -t \(trickles ? "0.3" : "1000") line <&4; do echo "more $((n += 1))" >&3; done
      """,
    ])
  _ = try await withProgram(writer, [fifo, part, stop]) { writing in
    defer { writing.send(SIGKILL) }
    _ = try await withProgram(.send, ["--to", endpoint, fifo] + arguments) { sending in
      defer { sending.send(SIGKILL) }
      try await writing.line(with: "written")
      try await body(sending)
    }
  }
}
