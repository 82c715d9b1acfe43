internal import Glibc
package import PouchConfiguration
package import PouchCore
internal import Synchronization

/// A directory that objects are written to as files, each whole or not at all.
///
/// An object is written under a temporary name beside its place, synced, and given its name in
/// one step; then the directory is synced. Its name can lead into directories below this one,
/// which are made when they are missing, and never through a link.
///
/// It is the directory that its path leads to when an object begins, whatever happened to the one
/// that it led to before: one that is removed and made again, mounted or moved needs no restart.
package final class OutputDirectory: Sendable {
  /// As the user wrote it.
  let path: String
  let onConflict: OutputSettings.OnConflict
  private let place: String
  private let root: Mutex<Root>
  private let numbers = FreeNumbers()
  private let unnamed = Atomic<UInt64>(0)

  /// The directory that the path led to when it was last looked at.
  private struct Root {
    let handle: FileHandle
    let device: dev_t
    let number: ino_t

    init(_ handle: FileHandle) {
      self.handle = handle
      let status = handle.status()
      (device, number) = (status?.st_dev ?? 0, status?.st_ino ?? 0)
    }

    func isAt(_ status: stat) -> Bool { device == status.st_dev && number == status.st_ino }
  }

  /// Opens the directory, making it when it is missing, and tries whether files can be made in it.
  ///
  /// - Throws: `.outputFailed` with the system's reason.
  package init(
    _ path: String, onConflict: OutputSettings.OnConflict
  ) throws(PouchError) {
    self.path = path
    self.onConflict = onConflict
    // Also when the working directory is removed and made again.
    place = OutputDirectory.absolute(path)
    try OutputDirectory.make(path)
    let handle = try OutputDirectory.open(path)
    root = Mutex(Root(handle))
    do throws(StorageFailure) {
      _ = try IncomingFile(in: handle)
    } catch {
      throw OutputDirectory.unwritable(path, error.error.cause)
    }
  }

  private static func open(_ path: String) throws(PouchError) -> FileHandle {
    do throws(PouchError) {
      return try FileHandle.open(path, O_RDONLY | O_DIRECTORY, .outputFailed)
    } catch {
      throw unwritable(path, error.cause)
    }
  }

  private static func unwritable(_ path: String, _ cause: String?) -> PouchError {
    PouchError(
      .outputFailed, "files cannot be written to '\(path)'",
      hint: "choose a directory that this user may write to", cause: cause)
  }

  private static func absolute(_ path: String) -> String {
    guard path.utf8.first != SystemText.slash, let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    let bytes = UnsafeRawBufferPointer(start: here, count: strlen(here))
    return "\(SystemText.text(bytes))/\(path)"
  }

  /// Makes a directory and those that lead to it.
  private static func make(_ path: String) throws(PouchError) {
    var made = path.utf8.first == SystemText.slash ? "/" : ""
    for part in path.utf8.split(separator: SystemText.slash) {
      if made.utf8.last != SystemText.slash, !made.isEmpty { made += "/" }
      made += String(Substring(part))
      guard made.withSystemPath({ mkdir($0, 0o777) }) != 0, errno != EEXIST else { continue }
      let number = errno
      var status = stat()
      // A directory that is there need not be one in which others can be made.
      if made.withSystemPath({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR {
        continue
      }
      throw .system(.outputFailed, "the directory '\(path)' cannot be made", errno: number)
    }
  }

  /// Begins a file for an object.
  ///
  /// - Parameter name: What the peer calls it; without one it becomes `object-1` and so on.
  /// - Throws: `Refusal` for a name that is none; `StorageFailure`.
  func begin(_ name: String?) throws -> IncomingFile {
    let object: ObjectName
    if let name {
      object = try ObjectName(name)
    } else {
      let number = unnamed.wrappingAdd(1, ordering: .relaxed).newValue
      object = ObjectName(known: "object-\(number)")
    }
    let root = try current()
    do {
      let directory = try descend(object.components.dropLast(), from: root)
      if onConflict == .refuse { try refuseConflict(object, directory) }
      return try IncomingFile(in: directory, as: object, onConflict, numbers: numbers)
    } catch let failure as StorageFailure {
      guard OutputDirectory.isReadOnly(root) else { throw failure }
      // Another object's fate would be the same.
      var end = StorageFailure(
        OutputDirectory.unwritable(path, failure.error.cause), reason: failure.reason,
        isRetryable: false)
      end.isForAll = true
      throw end
    }
  }

  /// The directory that the path leads to now.
  private func current() throws(StorageFailure) -> FileHandle {
    var status = stat()
    guard place.withSystemPath({ stat($0, &status) }) == 0 else {
      throw StorageFailure(
        "the output directory '\(path)' is not there", errno: errno,
        reason: "its output directory is not there")
    }
    return try root.withLock { root throws(StorageFailure) in
      if root.isAt(status) { return root.handle }
      let number = retrying {
        place.withSystemPath { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
      }
      guard number >= 0 else {
        throw StorageFailure(
          "the output directory '\(path)' cannot be opened", errno: errno,
          reason: "its output directory cannot be opened")
      }
      root = Root(FileHandle(number))
      numbers.forget()
      return root.handle
    }
  }

  private static func isReadOnly(_ directory: FileHandle) -> Bool {
    faccessat(directory.number, ".", W_OK, 0) != 0 && errno == EROFS
  }

  /// Says so before the object has come, where that is known.
  private func refuseConflict(_ name: ObjectName, _ directory: FileHandle) throws(Refusal) {
    if name.last.withSystemPath({
      faccessat(directory.number, $0, F_OK, AT_SYMLINK_NOFOLLOW)
    }) == 0 {
      throw IncomingFile.conflict
    }
  }

  /// Opens the directory that `components` lead to, one step at a time.
  private func descend(
    _ components: ArraySlice<String>, from root: FileHandle
  ) throws -> FileHandle {
    var directory = root
    for component in components {
      let parent = directory.number
      if component.withSystemPath({ mkdirat(parent, $0, 0o777) }) != 0, errno != EEXIST {
        throw StorageFailure("the directory '\(component)' cannot be made", errno: errno)
      }
      let number = retrying {
        component.withSystemPath {
          openat(parent, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
      }
      if number < 0, errno == ELOOP || errno == ENOTDIR {
        throw Refusal(
          code: "refused",
          text: "the object's name leads through something that is not a directory")
      }
      guard number >= 0 else {
        throw StorageFailure("the directory '\(component)' cannot be opened", errno: errno)
      }
      directory = FileHandle(number)
    }
    return directory
  }
}
