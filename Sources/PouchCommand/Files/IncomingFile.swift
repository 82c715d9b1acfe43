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
  private let numbers: FreeNumbers
  /// The last part of the name it was given.
  private let givenName = Mutex<String?>(nil)
  /// Whether the temporary name is still there.
  private let isTemporary = Atomic<Bool>(true)

  static let conflict = Refusal(
    code: "storage", text: "there is a file of the object's name already")

  init(
    in directory: FileHandle, as name: ObjectName = ObjectName(known: ""),
    _ onConflict: OutputSettings.OnConflict = .refuse, numbers: FreeNumbers = FreeNumbers()
  ) throws(StorageFailure) {
    self.directory = directory
    self.name = name
    self.onConflict = onConflict
    self.numbers = numbers
    let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    let temporaryName = "\(ObjectName.reserved)\(random).part"
    self.temporaryName = temporaryName
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let number = retrying { openat(directory.number, temporaryName, flags, 0o666) }
    guard number >= 0 else {
      throw StorageFailure("no file can be made", errno: errno)
    }
    handle = Mutex(FileHandle(number))
  }

  deinit {
    if isTemporary.load(ordering: .relaxed) { unlinkat(directory.number, temporaryName, 0) }
  }

  /// Begins a file for an attachment of the object, in its directory: `name.attachment-1` and so on.
  func beginAttachment(_ number: Int) throws(StorageFailure) -> IncomingFile {
    let name = ObjectName(
      known: "\(name.last).attachment-\(number)", in: name.components.dropLast())
    return try IncomingFile(in: directory, as: name, onConflict, numbers: numbers)
  }

  /// Appends bytes. Blocks.
  ///
  /// - Throws: Such as for a full disk.
  func write(_ bytes: Bytes) throws(StorageFailure) {
    guard let handle = handle.withLock({ $0 }) else {
      preconditionFailure("a file that is sealed is whole")
    }
    do throws(SystemOutput.Failure) {
      try SystemOutput.write(bytes, to: handle.number)
    } catch {
      throw StorageFailure(error, writing: "the object")
    }
  }

  /// Syncs the file, to which nothing more will be written, and lets go of its descriptor. Blocks.
  func seal() throws(StorageFailure) {
    guard let handle = handle.withLock({ $0.take() }) else { return }
    guard retrying({ fsync(handle.number) }) == 0 else {
      throw StorageFailure("the object cannot be synced", errno: errno)
    }
  }

  /// Seals the file, gives it its name, and syncs the directory. Blocks.
  ///
  /// - Returns: The name it got, below the output directory.
  /// - Throws: `StorageFailure`; `Refusal` when the name is taken and conflicts are refused. The file
  ///   has no name then.
  func commit() throws -> String {
    try seal()
    let given = try giveName()
    givenName.withLock { $0 = given }
    guard retrying({ fsync(directory.number) }) == 0 else {
      let failure = StorageFailure("the directory cannot be synced", errno: errno)
      withdraw()
      throw failure
    }
    return (name.components.dropLast() + [given]).joined(separator: "/")
  }

  /// Removes the file if it was given its name: what it belongs to came to nothing. What it has
  /// overwritten does not come back.
  func withdraw() {
    if let given = givenName.withLock({ $0.take() }) {
      _ = given.withSystemPath { unlinkat(directory.number, $0, 0) }
    }
  }

  private func giveName() throws -> String {
    if onConflict == .overwrite {
      try rename(to: name.last)
      return name.last
    }
    if try claim(name.last) { return name.last }
    guard onConflict == .rename else { throw IncomingFile.conflict }
    let parent = directory.number
    func numbered(_ number: Int) -> String { "\(name.last).\(number)" }
    let number = try numbers.claim(name.components.joined(separator: "/")) { number in
      numbered(number).withSystemPath { faccessat(parent, $0, F_OK, AT_SYMLINK_NOFOLLOW) } == 0
    } claim: { number throws(StorageFailure) in
      try claim(numbered(number))
    }
    guard let number else { throw IncomingFile.conflict }
    return numbered(number)
  }

  /// Gives the file a name that nobody has, in one step.
  ///
  /// - Returns: false when the name is taken.
  private func claim(_ candidate: String) throws(StorageFailure) -> Bool {
    let parent = directory.number
    if candidate.withSystemPath({ linkat(parent, temporaryName, parent, $0, 0) }) == 0 {
      isTemporary.store(false, ordering: .relaxed)
      unlinkat(parent, temporaryName, 0)
      return true
    }
    switch errno {
    case EEXIST: return false
    case EPERM, EOPNOTSUPP, EMLINK:
      // A file system without hard links: look, then rename. Only another process could come
      // between, and only here.
      return try IncomingFile.naming.withLock { _ throws(StorageFailure) -> Bool in
        if candidate.withSystemPath({ faccessat(parent, $0, F_OK, AT_SYMLINK_NOFOLLOW) }) == 0 {
          return false
        }
        try rename(to: candidate)
        return true
      }
    default:
      throw StorageFailure("the object cannot be given its name", errno: errno)
    }
  }

  private static let naming = Mutex(())

  private func rename(to name: String) throws(StorageFailure) {
    let parent = directory.number
    guard name.withSystemPath({ renameat(parent, temporaryName, parent, $0) }) == 0 else {
      throw StorageFailure("the object cannot be given its name", errno: errno)
    }
    isTemporary.store(false, ordering: .relaxed)
  }
}
