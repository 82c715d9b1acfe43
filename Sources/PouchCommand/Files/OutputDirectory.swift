internal import Glibc
package import PouchConfiguration
package import PouchCore
internal import Synchronization

/// A directory that objects are written to as files, each whole or not at all.
///
/// An object is written under a temporary name beside its place, synced, and given its name in
/// one step; then the directory is synced. Its name can lead into directories below this one,
/// which are made when they are missing, and never through a link.
package final class OutputDirectory: Sendable {
  /// As the user wrote it.
  let path: String
  let onConflict: OutputSettings.OnConflict
  private let root: FileHandle
  private let unnamed = Atomic<UInt64>(0)

  /// Opens the directory, making it when it is missing, and tries whether files can be made in it.
  ///
  /// - Throws: `.outputFailed` with the system's reason.
  package init(
    _ path: String, onConflict: OutputSettings.OnConflict
  ) throws(PouchError) {
    self.path = path
    self.onConflict = onConflict
    try OutputDirectory.make(path)
    do throws(PouchError) {
      root = try FileHandle.open(path, O_RDONLY | O_DIRECTORY, .outputFailed)
      _ = try IncomingFile(in: root)
    } catch {
      throw PouchError(
        .outputFailed, "files cannot be written to '\(path)'",
        hint: "choose a directory that this user may write to", cause: error.cause)
    }
  }

  /// Makes a directory and those that lead to it.
  private static func make(_ path: String) throws(PouchError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/\(part)"
      guard mkdir(made, 0o777) != 0, errno != EEXIST else { continue }
      let number = errno
      var status = stat()
      // A directory that is there need not be one in which others can be made.
      if stat(made, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      throw .system(.outputFailed, "the directory '\(path)' cannot be made", errno: number)
    }
  }

  /// Begins a file for an object.
  ///
  /// - Parameter name: What the peer calls it; without one it becomes `object-1` and so on.
  /// - Throws: `Refusal` for a name that is none; `PouchError` with `.outputFailed`.
  func begin(_ name: String?) throws -> IncomingFile {
    let place: ObjectName
    if let name {
      place = try ObjectName(name)
    } else {
      let number = unnamed.wrappingAdd(1, ordering: .relaxed).newValue
      place = ObjectName(known: "object-\(number)")
    }
    let directory = try descend(place.components.dropLast())
    if onConflict == .refuse { try refuseConflict(place, directory) }
    return try IncomingFile(in: directory, as: place, onConflict)
  }

  /// Says so before the object has come, where that is known.
  private func refuseConflict(_ name: ObjectName, _ directory: FileHandle) throws(Refusal) {
    if faccessat(directory.number, name.last, F_OK, AT_SYMLINK_NOFOLLOW) == 0 {
      throw IncomingFile.conflict
    }
  }

  /// Opens the directory that `components` lead to, one step at a time.
  private func descend(_ components: ArraySlice<String>) throws -> FileHandle {
    var directory = root
    for component in components {
      if mkdirat(directory.number, component, 0o777) != 0, errno != EEXIST {
        throw PouchError.system(
          .outputFailed, "the directory '\(component)' cannot be made", errno: errno)
      }
      let parent = directory.number
      let number = retrying {
        openat(parent, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      }
      if number < 0, errno == ELOOP || errno == ENOTDIR {
        throw Refusal(
          code: "refused",
          text: "the object's name leads through something that is not a directory")
      }
      guard number >= 0 else {
        throw PouchError.system(
          .outputFailed, "the directory '\(component)' cannot be opened", errno: errno)
      }
      directory = FileHandle(number)
    }
    return directory
  }
}
