internal import Glibc
internal import PouchConfiguration
internal import PouchCore
internal import Synchronization

/// A file that is being written, under a temporary name until it is whole. When it is let go
/// before that, it is removed.
final class IncomingFile: Sendable {
  private let directory: FileHandle
  /// Nil once all is written.
  private let handle: Mutex<FileHandle?>
  private let temporaryName: String
  private let name: ObjectName
  private let onConflict: OutputSettings.OnConflict
  /// Whether the temporary name is still there.
  private let isTemporary = Atomic<Bool>(true)

  /// The most names that are tried for one object, `name.1` to this.
  private static let mostAttempts = 9_999

  static let conflict = Refusal(
    code: "storage", text: "there is a file of the object's name already")

  init(
    in directory: FileHandle, as name: ObjectName = ObjectName(known: ""),
    _ onConflict: OutputSettings.OnConflict = .refuse
  ) throws(PouchError) {
    self.directory = directory
    self.name = name
    self.onConflict = onConflict
    let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    let temporaryName = "\(ObjectName.reserved)\(random).part"
    self.temporaryName = temporaryName
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let number = retrying { openat(directory.number, temporaryName, flags, 0o666) }
    guard number >= 0 else {
      throw .system(.outputFailed, "no file can be made", errno: errno)
    }
    handle = Mutex(FileHandle(number))
  }

  deinit {
    if isTemporary.load(ordering: .relaxed) { unlinkat(directory.number, temporaryName, 0) }
  }

  /// Begins a file for an attachment of the object, in its directory: `name.attachment-1` and so on.
  func beginAttachment(_ number: Int) throws(PouchError) -> IncomingFile {
    let name = ObjectName(
      known: "\(name.last).attachment-\(number)", in: name.components.dropLast())
    return try IncomingFile(in: directory, as: name, onConflict)
  }

  /// Appends bytes. Blocks.
  ///
  /// - Throws: `.outputFailed`, such as for a full disk.
  func write(_ bytes: Bytes) throws(PouchError) {
    guard let handle = handle.withLock({ $0 }) else {
      preconditionFailure("a file that is sealed is whole")
    }
    let result: Result<Void, PouchError> = bytes.withUnsafeBytes { buffer in
      Result { () throws(PouchError) in
        try SystemOutput.write(buffer, to: handle.number, "the object")
      }
    }
    try result.get()
  }

  /// Syncs the file, to which nothing more will be written, and lets go of its descriptor. Blocks.
  ///
  /// - Throws: `.outputFailed`.
  func seal() throws(PouchError) {
    guard let handle = handle.withLock({ $0.take() }) else { return }
    guard retrying({ fsync(handle.number) }) == 0 else {
      throw PouchError.system(.outputFailed, "the object cannot be synced", errno: errno)
    }
  }

  /// Seals the file, gives it its name, and syncs the directory. Blocks.
  ///
  /// - Returns: The name it got, below the output directory.
  /// - Throws: `.outputFailed`; `Refusal` when the name is taken and conflicts are refused.
  func commit() throws -> String {
    try seal()
    let given = try giveName()
    guard retrying({ fsync(directory.number) }) == 0 else {
      throw PouchError.system(.outputFailed, "the directory cannot be synced", errno: errno)
    }
    return (name.components.dropLast() + [given]).joined(separator: "/")
  }

  private func giveName() throws -> String {
    if onConflict == .overwrite {
      try rename(to: name.last)
      return name.last
    }
    for attempt in 0...IncomingFile.mostAttempts {
      let candidate = attempt == 0 ? name.last : "\(name.last).\(attempt)"
      if try claim(candidate) { return candidate }
      if onConflict == .refuse { break }
    }
    throw IncomingFile.conflict
  }

  /// Gives the file a name that nobody has, in one step.
  ///
  /// - Returns: false when the name is taken.
  private func claim(_ candidate: String) throws(PouchError) -> Bool {
    let parent = directory.number
    if linkat(parent, temporaryName, parent, candidate, 0) == 0 {
      isTemporary.store(false, ordering: .relaxed)
      unlinkat(parent, temporaryName, 0)
      return true
    }
    switch errno {
    case EEXIST: return false
    case EPERM, EOPNOTSUPP, EMLINK:
      // A file system without hard links: look, then rename. Only another process could come
      // between, and only here.
      return try IncomingFile.naming.withLock { _ throws(PouchError) -> Bool in
        if faccessat(parent, candidate, F_OK, AT_SYMLINK_NOFOLLOW) == 0 { return false }
        try rename(to: candidate)
        return true
      }
    default:
      throw .system(.outputFailed, "the object cannot be given its name", errno: errno)
    }
  }

  private static let naming = Mutex(())

  private func rename(to name: String) throws(PouchError) {
    guard renameat(directory.number, temporaryName, directory.number, name) == 0 else {
      throw .system(.outputFailed, "the object cannot be given its name", errno: errno)
    }
    isTemporary.store(false, ordering: .relaxed)
  }
}
