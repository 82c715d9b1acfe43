internal import CPouchSystem
internal import Glibc
internal import PouchCore

/// The file of a Unix socket that listens: made private, taken over only from the dead, and
/// removed only while it is still the one that was made.
struct SocketFile: Sendable {
  private let path: String
  private let device: UInt64
  private let inode: UInt64

  /// Removes the file, unless another has taken its place. To be called before the listening
  /// socket is closed: while that is open, no other file can have its inode.
  func remove() {
    var file = pouch_file()
    guard path.withSystemPath({ pouch_file_at($0, &file) }) >= 0, file.device == device,
      file.inode == inode
    else {
      return
    }
    _ = path.withSystemPath { pouch_unlink($0) }
  }

  /// Makes the file and a socket that listens at it. Blocks.
  ///
  /// The directory is locked meanwhile, so that of two processes that find the same dead socket
  /// one does not remove the living one that the other has just put there; nor one that is bound
  /// and does not listen yet.
  static func listen(
    at path: String, _ address: SocketAddress, _ endpoint: Endpoint
  ) throws(PouchError) -> (Int32, SocketFile) {
    let lock = directory(of: path).withSystemPath { pouch_lock_directory($0) }
    // Some file systems have no locks; a directory that cannot be opened is bind's to judge.
    defer { if lock >= 0 { _ = pouch_close(lock) } }

    var result = attempt(address)
    if result == -EADDRINUSE {
      try removeDeadSocket(at: path, address, endpoint)
      result = attempt(address)
    }
    guard result >= 0 else { throw error(-result, endpoint) }
    var file = pouch_file()
    let status = path.withSystemPath { pouch_file_at($0, &file) }
    guard status >= 0 else {
      _ = pouch_close(result)
      throw error(-status, endpoint)
    }
    return (result, SocketFile(path: path, device: file.device, inode: file.inode))
  }

  /// - Returns: A descriptor, or a negative errno value.
  private static func attempt(_ address: SocketAddress) -> Int32 {
    address.withRaw { address in
      let descriptor = pouch_socket(address)
      guard descriptor >= 0 else { return descriptor }
      var result = pouch_socket_set_mode(descriptor, 0o600)
      if result >= 0 { result = pouch_bind(descriptor, address) }
      if result >= 0 { result = pouch_listen(descriptor, TCPTransport.backlog) }
      guard result >= 0 else {
        _ = pouch_close(descriptor)
        return result
      }
      return descriptor
    }
  }

  private static func removeDeadSocket(
    at path: String, _ address: SocketAddress, _ endpoint: Endpoint
  ) throws(PouchError) {
    var file = pouch_file()
    let status = path.withSystemPath { pouch_file_at($0, &file) }
    if status == -ENOENT { return }
    guard status >= 0 else { throw error(-status, endpoint) }
    guard file.is_socket != 0 else {
      throw PouchError(
        .configuration, "cannot listen at \(endpoint): there is a file, and it is not a socket",
        hint: "choose another path, or move the file away", endpoint: endpoint)
    }
    let probe = address.withRaw { pouch_socket($0) }
    guard probe >= 0 else { throw error(-probe, endpoint) }
    let answer = address.withRaw { pouch_connect(probe, $0) }
    _ = pouch_close(probe)
    guard answer == -ECONNREFUSED else { throw error(EADDRINUSE, endpoint) }
    let removed = path.withSystemPath { pouch_unlink($0) }
    guard removed >= 0 || removed == -ENOENT else { throw error(-removed, endpoint) }
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: SystemText.slash) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func error(_ number: Int32, _ endpoint: Endpoint) -> PouchError {
    var hint: String?
    if case .path(let path) = endpoint.address {
      let directory = directory(of: path)
      hint =
        switch number {
        case EADDRINUSE: "stop who listens there ('ss -lxp' shows it), or choose another path"
        case ENOENT: "make the directory: mkdir -p -m 700 '\(directory)'"
        case ENOTDIR: "'\(directory)' is not a directory"
        case EACCES, EPERM: "choose a directory that you may write to"
        case EROFS: "choose a directory that is not read-only"
        default: nil
        }
    } else if number == EADDRINUSE {
      hint = "stop who listens there ('ss -lxp' shows it), or choose another name"
    }
    return .system(
      .configuration, "cannot listen at \(endpoint)", errno: number, hint: hint,
      endpoint: endpoint)
  }
}
