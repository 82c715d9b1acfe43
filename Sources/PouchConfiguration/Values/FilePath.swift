internal import PouchCore

/// A path with the way the user wrote it.
struct FilePath: Sendable, Hashable {
  /// As it was written, for messages.
  var written: String
  /// From the current directory or the root.
  var path: String
}

extension ValueType where Value == String {
  /// A path, as it was written; `Reading.resolve` makes it one that can be opened.
  static let path = ValueType.text("path")
}

extension Reading {
  /// Paths of a file are relative to it, all others to the current directory; one that begins with
  /// `~` is in a home directory.
  ///
  /// - Returns: nil when the home directory is nobody's, which is then reported.
  mutating func resolve(_ written: Placed<String>) -> Placed<FilePath>? {
    let expanded: String
    do throws(PouchError) {
      expanded = try HomeDirectory.expand(written.value) { (user) throws(PouchError) in
        try files.home(of: user)
      }
    } catch {
      report(written.place, error)
      return nil
    }
    let path = PouchConfiguration.resolve(
      expanded, in: written.place.isInFile ? directory : "", files: files)
    return Placed(value: FilePath(written: written.value, path: path), place: written.place)
  }
}
