internal import Glibc
internal import PouchCore

/// An open descriptor, closed with its last use.
final class FileHandle: Sendable {
  let number: Int32

  /// Takes over `number`, which nobody else closes.
  init(_ number: Int32) { self.number = number }

  deinit { close(number) }

  /// Opens a file by its path.
  ///
  /// - Throws: An error of kind `code` that names `path`.
  static func open(
    _ path: String, _ flags: Int32, _ code: PouchError.Code
  ) throws(PouchError) -> FileHandle {
    let number = retrying { path.withSystemPath { Glibc.open($0, flags | O_CLOEXEC) } }
    guard number >= 0 else {
      throw .system(code, "'\(path)' cannot be opened", errno: errno)
    }
    return FileHandle(number)
  }

  func status() -> stat? {
    var status = stat()
    return fstat(number, &status) == 0 ? status : nil
  }
}

/// Calls again what a signal has interrupted.
func retrying<R: BinaryInteger>(_ call: () -> R) -> R {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
