internal import Glibc
internal import PouchCore

/// Reads the small files in which the kernel tells about itself, and what users give to compare.
enum SystemFile {
  /// The contents of a file.
  ///
  /// - Throws: `.inputMissing` with the system's reason, `.badData` beyond `limit` bytes.
  static func bytes(_ path: String, limit: Int = 64 << 20) throws(PouchError) -> [UInt8] {
    let descriptor = path.withSystemPath { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else {
      throw .system(.inputMissing, "'\(path)' cannot be read", errno: errno)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw .system(.inputMissing, "'\(path)' cannot be read", errno: errno)
      }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw PouchError(.badData, "'\(path)' has more than \(limit) bytes")
      }
    }
  }

  static func text(_ path: String) throws(PouchError) -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  /// The names in a directory.
  static func entries(_ path: String) throws(PouchError) -> [String] {
    guard let directory = opendir(path) else {
      throw .system(.inputMissing, "'\(path)' cannot be read", errno: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }
}
