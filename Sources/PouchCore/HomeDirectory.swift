internal import CPouchSystem

/// Home directories in paths: `~` and `~user`, as a shell expands them.
///
/// A shell does so only at the beginning of a word, so not in `--output=~/inbox`, and nobody does in
/// a file. Whatever reads a path from an option's value or from a configuration expands it here; a
/// path that is an argument by itself is the shell's, and stays as it is.
package enum HomeDirectory {
  /// The path with a leading `~` or `~user` replaced by that home directory. What is called so itself
  /// is written `./~`.
  ///
  /// - Parameter home: Finds the home directory of a user, or for nil of whoever runs this.
  /// - Throws: `.configuration` when there is no such user, or nobody's home is known;
  ///   `.exhausted` when no descriptor is left to look it up.
  package static func expand(
    _ path: String,
    home: (_ user: String?) throws(PouchError) -> String? = HomeDirectory.find
  ) throws(PouchError) -> String {
    guard path.utf8.first == UInt8(ascii: "~") else { return path }
    let end = path.utf8.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
    let user = path[..<end].dropFirst()
    guard var found = try home(user.isEmpty ? nil : String(user)) else {
      throw PouchError(
        .configuration,
        user.isEmpty
          ? "'\(path)' is in a home directory, and this user has none"
          : "there is no user '\(user)', whose home directory '\(path)' is in",
        hint: "write './\(path)' for what is called so here")
    }
    while found.utf8.last == UInt8(ascii: "/") { found.removeLast() }
    let rest = path[end...]
    return found.isEmpty && rest.isEmpty ? "/" : found + rest
  }

  /// The home directory of a user of this system, or for nil of whoever runs this.
  package static func find(_ user: String?) throws(PouchError) -> String? {
    let capacity = 4096
    var number: Int32 = 0
    let home = withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) {
      buffer -> String? in
      guard let base = buffer.baseAddress else { return nil }
      number = pouch_home_directory(user, base, capacity)
      return number < 0 ? nil : String(cString: base)
    }
    if descriptorShortageHint(-number) != nil {
      throw .system(.configuration, "no home directory can be looked up", errno: -number)
    }
    return home
  }
}
