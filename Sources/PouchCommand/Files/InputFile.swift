internal import Glibc
package import PouchCore
internal import PouchSockets

/// A file, pipe or standard input that is sent as one object.
package struct InputFile: Sendable {
  /// What `-` stands for.
  package static let standardInput = "-"

  /// As the user wrote it.
  package let path: String
  /// What the object is called; nil for standard input without a name.
  package let name: String?

  package var isStandardInput: Bool { path == InputFile.standardInput }

  /// For people.
  package var label: String { isStandardInput ? name ?? "standard input" : path }

  /// Finds the inputs, all of them, before any is sent.
  ///
  /// - Parameter name: What the object read from standard input is called.
  /// - Throws: `.inputMissing` naming each that cannot be read; `.usage`.
  package static func find(
    _ paths: [String], nameOfStandardInput name: String?
  ) throws(PouchError) -> [InputFile] {
    guard paths.filter({ $0 == standardInput }).count <= 1 else {
      throw PouchError(.usage, "standard input can be sent once")
    }
    var inputs: [InputFile] = []
    var problems: [String] = []
    for path in paths {
      if path == standardInput {
        inputs.append(InputFile(path: path, name: name))
      } else if let problem = problem(with: path) {
        problems.append("'\(path)' \(problem)")
      } else {
        inputs.append(InputFile(path: path, name: lastComponent(path)))
      }
    }
    guard problems.isEmpty else {
      throw PouchError(
        .inputMissing, problems.joined(separator: "; "), hint: "nothing was sent")
    }
    return inputs
  }

  private static func problem(with path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return "cannot be read: \(reason(errno))" }
    if status.st_mode & S_IFMT == S_IFDIR { return "is a directory" }
    guard faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else {
      return "cannot be read: \(reason(errno))"
    }
    return nil
  }

  private static func reason(_ number: Int32) -> String {
    PouchError.system(.inputMissing, "", errno: number).cause ?? "error \(number)"
  }

  private static func lastComponent(_ path: String) -> String? {
    path.split(separator: "/").last.map(String.init)
  }

  /// The size, when it is known before reading; nil for a pipe.
  package var size: UInt64? {
    var status = stat()
    let result = isStandardInput ? fstat(STDIN_FILENO, &status) : stat(path, &status)
    guard result == 0 else { return nil }
    return InputFile.size(status)
  }

  fileprivate static func size(_ status: stat) -> UInt64? {
    // Files of /proc say 0 and hold something.
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return nil }
    return UInt64(status.st_size)
  }

  /// Opens the input.
  ///
  /// - Throws: `.inputMissing`.
  func open(_ interrupt: Interrupt) async throws(PouchError) -> InputReader {
    let (path, isStandardInput, label) = (path, isStandardInput, label)
    return try await BlockingPool.shared.run { () throws(PouchError) in
      let handle: FileHandle
      if isStandardInput {
        let number = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
        guard number >= 0 else {
          throw .system(.inputMissing, "standard input cannot be read", errno: errno)
        }
        handle = FileHandle(number)
      } else {
        handle = try FileHandle.open(path, O_RDONLY | O_NOCTTY, .inputMissing)
      }
      guard let status = handle.status() else {
        throw .system(.inputMissing, "'\(label)' cannot be read", errno: errno)
      }
      var start: UInt64 = 0
      if isStandardInput { start = UInt64(max(0, lseek(handle.number, 0, SEEK_CUR))) }
      let size = InputFile.size(status).flatMap { $0 > start ? $0 - start : nil }
      let isRegular = status.st_mode & S_IFMT == S_IFREG
      return InputReader(
        handle: handle, label: label, size: size, isRegular: isRegular, interrupt: interrupt)
    }
  }
}
