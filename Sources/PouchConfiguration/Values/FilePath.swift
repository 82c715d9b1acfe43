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
  /// Paths of a file are relative to it, all others to the current directory.
  func resolve(_ written: Placed<String>) -> Placed<FilePath> {
    let path = PouchConfiguration.resolve(
      written.value, in: written.place.isInFile ? directory : "", files: files)
    return Placed(value: FilePath(written: written.value, path: path), place: written.place)
  }
}
