internal import Glibc
package import PouchCore
internal import PouchSockets

/// A file, pipe or standard input that is sent as one object.
package struct InputFile: Sendable {
  /// What `-` stands for.
  package static let standardInput = "-"
  /// How many that cannot be read are named.
  private static let mostNamed = 20

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
      var named = problems.prefix(mostNamed)
      if problems.count > named.count { named.append("and \(problems.count - named.count) more") }
      throw PouchError(
        .inputMissing, named.joined(separator: "; "), hint: "nothing was sent")
    }
    return inputs
  }

  private static func problem(with path: String) -> String? {
    var status = stat()
    guard path.withSystemPath({ stat($0, &status) }) == 0 else {
      return "cannot be read: \(reason(errno))"
    }
    if status.st_mode & S_IFMT == S_IFDIR { return "is a directory" }
    if status.st_mode & S_IFMT == S_IFSOCK { return "is a socket" }
    guard path.withSystemPath({ faccessat(AT_FDCWD, $0, R_OK, AT_EACCESS) }) == 0 else {
      return "cannot be read: \(reason(errno))"
    }
    return nil
  }

  private static func reason(_ number: Int32) -> String {
    PouchError.system(.inputMissing, "", errno: number).cause ?? "error \(number)"
  }

  private static func lastComponent(_ path: String) -> String? {
    path.utf8.split(separator: SystemText.slash).last.flatMap { String($0) }
  }

  /// The size, when it is known before reading; nil for a pipe.
  package var size: UInt64? {
    var status = stat()
    let result =
      isStandardInput
      ? fstat(STDIN_FILENO, &status) : path.withSystemPath { stat($0, &status) }
    guard result == 0 else { return nil }
    // Files of /proc say 0 and hold something.
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return nil }
    return UInt64(status.st_size)
  }

  /// Opens the input, and reads the beginning of a file, with which it shows how long it is.
  ///
  /// - Parameter extent: How far a file is read that grows.
  /// - Throws: `.inputMissing`; `.badData` for a file that changes while it is read.
  func open(
    _ interrupt: Interrupt, _ extent: RegularFile.Extent = .opened
  ) async throws(PouchError) -> InputReader {
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
        // A pipe that nobody writes to yet is waited for where that can be interrupted.
        handle = try FileHandle.open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK, .inputMissing)
      }
      guard let status = handle.status() else {
        throw .system(.inputMissing, "'\(label)' cannot be read", errno: errno)
      }
      guard status.st_mode & S_IFMT == S_IFREG else {
        return try InputReader(stream: handle, label, interrupt)
      }
      let start = isStandardInput ? max(0, lseek(handle.number, 0, SEEK_CUR)) : 0
      return try InputReader(
        RegularFile(handle, label, status, start: start, extent), label, interrupt)
    }
  }
}
