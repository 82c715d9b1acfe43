internal import COpenSSL
internal import Glibc
package import PouchCore

/// Writes certificates and keys into a directory, keys for their owner alone.
package struct CredentialDirectory {
  package enum Contents {
    case certificate([UInt8])
    case key([UInt8])

    var mode: mode_t {
      switch self {
      case .certificate: 0o644
      case .key: 0o600
      }
    }

    var bytes: [UInt8] {
      switch self {
      case .certificate(let bytes), .key(let bytes): bytes
      }
    }
  }

  package let path: String
  /// Whether files that exist are replaced.
  package let replaces: Bool

  /// - Throws: `.outputFailed` when the directory is not there and cannot be made.
  package init(_ path: String, replaces: Bool) throws(PouchError) {
    self.path = path
    self.replaces = replaces
    try CredentialDirectory.make(path)
  }

  /// Where `name` is.
  package func file(_ name: String) -> String {
    path.utf8.last == SystemText.slash ? path + name : "\(path)/\(name)"
  }

  /// Writes `files`, all of them or none.
  ///
  /// - Returns: The paths, in order.
  /// - Throws: `.outputFailed` when one exists and is not to be replaced, or cannot be written.
  package func write(_ files: [(name: String, contents: Contents)]) throws(PouchError) -> [String] {
    let paths = files.map { file($0.name) }
    let present = paths.filter { $0.withSystemPath { access($0, F_OK) } == 0 || errno != ENOENT }
    guard replaces || present.isEmpty else {
      throw PouchError(
        .outputFailed, "nothing was written: \(present.joined(separator: ", ")) exist already",
        hint: "use --force to replace them, or another --output")
    }
    var written: [String] = []
    do throws(PouchError) {
      // A file is whole before it has its name, so nobody reads half a key.
      for (path, file) in zip(paths, files) {
        let temporary = try temporaryName(for: path)
        written.append(temporary)
        try CredentialDirectory.create(temporary, file.contents)
      }
      for (index, path) in paths.enumerated() {
        try publish(written[index], as: path)
        written[index] = path
      }
    } catch {
      // Replaced files are gone already; what was new is taken back.
      for path in written where !present.contains(path) { _ = path.withSystemPath { unlink($0) } }
      throw error
    }
    return paths
  }

  private func temporaryName(for path: String) throws(PouchError) -> String {
    var random = [UInt8](repeating: 0, count: 8)
    guard RAND_bytes(&random, Int32(random.count)) == 1 else { throw .openSSL("draw a name") }
    return "\(path).\(hexadecimal(random))"
  }

  private func publish(_ temporary: String, as path: String) throws(PouchError) {
    if replaces {
      guard temporary.withSystemPath({ from in path.withSystemPath { rename(from, $0) } }) == 0
      else { throw failure(path) }
      return
    }
    // Unlike rename, link never replaces what somebody made meanwhile.
    guard temporary.withSystemPath({ from in path.withSystemPath { link(from, $0) } }) == 0 else {
      throw failure(path)
    }
    _ = temporary.withSystemPath { unlink($0) }
  }

  private func failure(_ path: String) -> PouchError {
    .system(.outputFailed, "'\(path)' cannot be written", errno: errno)
  }

  private static func create(_ path: String, _ contents: Contents) throws(PouchError) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let descriptor = path.withSystemPath { open($0, flags, contents.mode) }
    guard descriptor >= 0 else {
      throw .system(.outputFailed, "'\(path)' cannot be created", errno: errno)
    }
    var number: Int32 = 0
    var rest = contents.bytes[...]
    while !rest.isEmpty, number == 0 {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        number = errno
      }
    }
    if number == 0, fsync(descriptor) != 0 { number = errno }
    if Glibc.close(descriptor) != 0, number == 0 { number = errno }
    guard number == 0 else {
      throw .system(.outputFailed, "'\(path)' cannot be written", errno: number)
    }
  }

  /// Makes the directory at `path` and those above it.
  private static func make(_ path: String) throws(PouchError) {
    if path.isEmpty { throw PouchError(.usage, "the output directory has no name") }
    let bytes = path.utf8
    var end = path.startIndex
    while end < path.endIndex {
      end = bytes[bytes.index(after: end)...].firstIndex(of: SystemText.slash) ?? path.endIndex
      let part = String(path[..<end])
      var status = stat()
      if part.withSystemPath({ stat($0, &status) }) == 0 {
        guard status.st_mode & S_IFMT == S_IFDIR else {
          throw .system(.outputFailed, "'\(part)' is not a directory", errno: ENOTDIR)
        }
      } else if part.withSystemPath({ mkdir($0, 0o755) }) != 0, errno != EEXIST {
        throw .system(.outputFailed, "the directory '\(part)' cannot be made", errno: errno)
      }
    }
  }
}
