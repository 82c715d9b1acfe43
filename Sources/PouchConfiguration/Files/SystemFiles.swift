package import PouchCore
package import PouchSockets
package import PouchTLS

#if canImport(Glibc)
  internal import Glibc
#else
  #error("reads files through Glibc")
#endif

/// The real system.
package struct SystemFiles: ConfigurationFiles {
  package init() {}

  package func contents(of path: String, limit: Int) throws(FileProblem) -> [UInt8] {
    let descriptor = try FileDescriptor(opening: path)
    let facts = try descriptor.facts()
    guard facts.kind != .directory else { throw .unreadable("it is a directory") }
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let more = try descriptor.read(atMost: limit + 1 - bytes.count)
      if more.isEmpty { return bytes }
      bytes += more
    }
    throw .tooLarge
  }

  package func facts(of path: String) throws(FileProblem) -> FileFacts {
    var status = stat()
    // A socket cannot be opened, and a directory need not be readable to be written to.
    if path.withSystemPath({ stat($0, &status) }) == 0,
      [S_IFSOCK, S_IFDIR].contains(status.st_mode & S_IFMT)
    {
      return FileFacts(status)
    }
    return try FileDescriptor(opening: path).facts()
  }

  package func isSymbolicLink(_ path: String) -> Bool {
    var status = stat()
    return path.withSystemPath { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  package func problem(withDirectory path: String) -> FileProblem? {
    path.withSystemPath { path in
      var status = stat()
      guard stat(path, &status) == 0 else { return FileProblem(errno) }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        return FileProblem(ENOTDIR, isParent: false)
      }
      let isUsable = faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0
      return isUsable ? nil : FileProblem(errno)
    }
  }

  package func mayHoldKey(_ path: String) -> Bool? { PrivateKey.mayBe(in: path) }

  package func home(of user: String?) throws(PouchError) -> String? {
    try HomeDirectory.find(user)
  }

  package func addresses(of host: String) -> [HostAddress]? { try? HostAddress.all(of: host) }

  package func faults(
    _ tls: TLSSettings, role: TLSRole, hosts: [String]
  ) -> [CredentialFault] {
    TLSContext.faults(tls, role: role, hosts: hosts)
  }
}

extension FileFacts {
  fileprivate init(_ status: stat) {
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFSOCK: .socket
      default: .other
      }
    self.init(kind: kind, mode: UInt32(status.st_mode & 0o7777), size: Int(status.st_size))
  }
}

/// An open file, closed with its last use.
private struct FileDescriptor: ~Copyable {
  private let number: Int32

  init(opening path: String) throws(FileProblem) {
    // Without O_NONBLOCK, opening a named pipe waits for somebody to write to it.
    number = path.withSystemPath { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard number >= 0 else { throw FileProblem(errno) }
  }

  deinit { close(number) }

  func facts() throws(FileProblem) -> FileFacts {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw FileProblem(errno) }
    return FileFacts(status)
  }

  func read(atMost limit: Int) throws(FileProblem) -> [UInt8] {
    var failure: Int32 = 0
    let size = min(limit, 64 << 10)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      var result: Int
      repeat {
        result = Glibc.read(number, buffer.baseAddress, size)
      } while result < 0 && errno == EINTR
      if result < 0 { failure = errno }
      count = max(0, result)
    }
    guard failure == 0 else { throw FileProblem(failure) }
    return bytes
  }
}

extension FileProblem {
  /// - Parameter isParent: Whether ENOTDIR is about what the path leads through: what is behind it
  ///   is missing.
  fileprivate init(_ number: Int32, isParent: Bool = true) {
    let text = systemErrorText(number)
    switch number {
    case ENOENT: self = .missing
    case ENOTDIR where isParent: self = .missing
    case EROFS: self = .readOnly(text)
    default:
      self =
        descriptorShortageHint(number).map { .exhausted(text, hint: $0) } ?? .unreadable(text)
    }
  }
}
