internal import COpenSSL
internal import Glibc
internal import PouchCore

/// The contents of a PEM file, in memory that is wiped.
struct CredentialFile: ~Copyable {
  /// Far more than a certificate chain or a bundle of authorities needs.
  private static let limit = 1 << 20

  private let bytes: SecretMemory
  /// Where the text begins, behind a byte order mark: with it the first certificate would be
  /// passed over.
  private let start: Int

  /// What is in it.
  let contents: CredentialContents

  /// Reads the file at `path`.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - role: What it is to the user, such as `trust file`, for the errors.
  ///   - isSecret: Refuse it if group or others have any permission.
  /// - Throws: `.inputMissing` when it cannot be read, `.security` for its permissions,
  ///   `.configuration` when it cannot be what it should be.
  init(_ path: String, role: String, isSecret: Bool = false) throws(PouchError) {
    // A FIFO or a terminal must not make the caller wait.
    let descriptor = path.withSystemPath {
      open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    }
    guard descriptor >= 0 else {
      throw .system(.inputMissing, "\(role) '\(path)' cannot be read", errno: errno)
    }
    defer { _ = Glibc.close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .system(.inputMissing, "\(role) '\(path)' cannot be read", errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw PouchError(.configuration, "\(role) '\(path)' is not a file")
    }
    guard status.st_size <= CredentialFile.limit else {
      throw PouchError(
        .configuration, "\(role) '\(path)' is \(status.st_size) bytes long, which no PEM file is")
    }
    let memory = SecretMemory(count: Int(status.st_size))
    let number = memory.fill(from: descriptor)
    guard number == 0 else {
      throw .system(.inputMissing, "\(role) '\(path)' cannot be read", errno: number)
    }
    let encoding = TextEncoding(markIn: memory.buffer)
    if let encoding, encoding != .utf8 {
      throw PouchError(
        .configuration, "\(role) '\(path)' is text in \(encoding.rawValue), not PEM",
        hint: "convert it: iconv -f \(encoding.rawValue) -t UTF-8")
    }
    let start = encoding == nil ? 0 : TextEncoding.markLength
    let found = CredentialContents(UnsafeRawBufferPointer(rebasing: memory.buffer[start...]))
    // The descriptor is asked, not the path: what was checked is what was read. A certificate that
    // stands where the key should is anybody's to read, and what is wrong with it is something else.
    if isSecret, status.st_mode & 0o077 != 0, found.mayHoldKey {
      throw PouchError(
        .security,
        "\(role) '\(path)' can be read by others (\(CredentialFile.octal(status.st_mode)))",
        hint: "run: chmod 600 \(path)")
    }
    self.start = start
    bytes = memory
    contents = found
  }

  /// Calls `body` with a BIO that reads the contents, which ends with the call.
  borrowing func withBIO<R: ~Copyable>(
    _ body: (OpaquePointer) throws(PouchError) -> R
  ) throws(PouchError) -> R {
    // Some editors put a byte order mark in front of the first line, which is then none for OpenSSL.
    let text = UnsafeRawBufferPointer(rebasing: bytes.buffer[start...])
    let bio = try Owned<BIOObject>(
      BIO_new_mem_buf(text.baseAddress, Int32(text.count)), "read from memory")
    return try body(bio.pointer)
  }

  private static func octal(_ mode: mode_t) -> String {
    let digits = String(mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// Memory that is wiped when this value ends.
private struct SecretMemory: ~Copyable {
  let buffer: UnsafeMutableRawBufferPointer

  init(count: Int) {
    buffer = .allocate(byteCount: count, alignment: 1)
  }

  deinit {
    OPENSSL_cleanse(buffer.baseAddress, buffer.count)
    buffer.deallocate()
  }

  /// Reads as many bytes as there is memory.
  ///
  /// - Returns: 0, or the `errno` of what went wrong.
  borrowing func fill(from descriptor: Int32) -> Int32 {
    var filled = 0
    while filled < buffer.count {
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = Glibc.read(descriptor, room.baseAddress, room.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count < 0 ? errno : EIO }
      filled += count
    }
    return 0
  }
}
