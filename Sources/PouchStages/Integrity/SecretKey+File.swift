internal import COpenSSL
import Glibc
import PouchCore

extension SecretKey {
  /// Reads a key from a file that only its owner can read.
  ///
  /// What is looked at is the open file, so that nothing can be put in its place in between.
  ///
  /// - Throws: `.inputMissing`, `.security`, `.configuration`.
  convenience init(readingFile path: String) throws(PouchError) {
    let file = try KeyFile(path)
    try file.check()
    // One byte more than a key may have, to see a file that is too long.
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: SecretKey.longest + 1, alignment: 8)
    defer {
      OPENSSL_cleanse(room.baseAddress, room.count)
      room.deallocate()
    }
    let length = try file.read(into: room)
    try self.init(
      copying: UnsafeRawBufferPointer(rebasing: room[..<length]), from: "the key file '\(path)'")
  }
}

/// An open key file.
private struct KeyFile: ~Copyable {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(PouchError) {
    // Without O_NONBLOCK a pipe of that name would be waited for.
    let opened = path.withSystemPath {
      open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    }
    guard opened >= 0 else { throw KeyFile.unreadable(path, errno) }
    self.path = path
    descriptor = opened
  }

  /// - Throws: `.configuration` for something else than a regular file, `.security` for one that
  ///   others can read or write.
  borrowing func check() throws(PouchError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw KeyFile.unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw PouchError(
        .configuration, "the key file '\(path)' is not a regular file",
        stage: HMACSHA256Stage.name)
    }
    guard status.st_mode & (S_IRWXG | S_IRWXO) == 0 else {
      let mode = String(status.st_mode & 0o7777, radix: 8)
      throw PouchError(
        .security, "the key file '\(path)' is open to others than its owner (mode 0\(mode))",
        hint: "run: chmod 600 \(path)", stage: HMACSHA256Stage.name)
    }
  }

  /// Fills `room` as far as the file reaches.
  borrowing func read(into room: UnsafeMutableRawBufferPointer) throws(PouchError) -> Int {
    var length = 0
    while length < room.count {
      let count = Glibc.read(descriptor, room.baseAddress.map { $0 + length }, room.count - length)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw KeyFile.unreadable(path, errno)
      }
      length += count
    }
    return length
  }

  private static func unreadable(_ path: String, _ number: Int32) -> PouchError {
    PouchError.system(
      .inputMissing, "the key file '\(path)' cannot be read", errno: number
    ).at(stage: HMACSHA256Stage.name)
  }

  deinit {
    close(descriptor)
  }
}
