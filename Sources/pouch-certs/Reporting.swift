import ArgumentParser
import Glibc
import PouchCore

/// Runs `body`; an error goes to stderr with its hint, and becomes the exit status.
func reporting(_ body: () throws(PouchError) -> Void) throws {
  do throws(PouchError) {
    try body()
  } catch {
    status("error: \(error)")
    if let hint = error.hint { status("  = \(hint)") }
    throw ExitCode(exitStatus(of: error.code))
  }
}

/// Writes a line to stderr: stdout is for results.
func status(_ line: String) {
  let bytes = Array((SystemText.readable(line) + "\n").utf8)
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    if count <= 0 { return }
    rest = rest.dropFirst(count)
  }
}

/// The exit status for a kind of failure, after sysexits.h.
private func exitStatus(of code: PouchError.Code) -> Int32 {
  switch code {
  case .usage: 64
  case .badData: 65
  case .inputMissing: 66
  case .exhausted: 71
  case .outputFailed: 73
  case .security: 77
  case .configuration: 78
  default: 1
  }
}
