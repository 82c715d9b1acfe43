internal import Glibc
internal import PouchCore

/// A file that a result is written to when all is done; `-` is stdout.
struct ReportFile: Sendable {
  let path: String

  var isStandardOutput: Bool { path == "-" }

  /// Finds out before the measuring whether it can be written after it.
  ///
  /// - Throws: `.outputFailed` when it cannot.
  init(_ path: String) throws(PouchError) {
    let path = try HomeDirectory.expand(path)
    self.path = path
    guard path != "-" else { return }
    var status = stat()
    if path.withSystemPath({ stat($0, &status) }) == 0 {
      guard status.st_mode & S_IFMT != S_IFDIR else {
        throw .system(.outputFailed, "'\(path)' cannot be written", errno: EISDIR)
      }
      guard path.withSystemPath({ access($0, W_OK) }) == 0 else {
        throw .system(.outputFailed, "'\(path)' cannot be written", errno: errno)
      }
      return
    }
    let parent = path.utf8.lastIndex(of: SystemText.slash).map { String(path[...$0]) } ?? "."
    guard parent.withSystemPath({ access($0, W_OK) }) == 0 else {
      throw .system(.outputFailed, "'\(path)' cannot be made", errno: errno)
    }
  }

  /// Writes the file, in the place of what it held.
  ///
  /// - Throws: `.outputFailed` with the system's reason.
  func write(_ text: String) throws(PouchError) {
    let descriptor = path.withSystemPath {
      open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else {
      throw .system(.outputFailed, "'\(path)' cannot be written", errno: errno)
    }
    var number: Int32 = 0
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty, number == 0 {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        number = errno
      }
    }
    if close(descriptor) != 0, number == 0 { number = errno }
    guard number == 0 else {
      throw .system(.outputFailed, "'\(path)' cannot be written", errno: number)
    }
  }
}
