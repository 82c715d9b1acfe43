internal import PouchCore

/// Joins a relative path to a directory and takes out `.` and `..`, as the system would go.
///
/// A `..` behind a symbolic link stays: it leads to the parent of what the link names.
func resolve(
  _ path: String, in directory: String, files: some ConfigurationFiles
) -> String {
  let isRooted = path.utf8.first == SystemText.slash
  let isAbsolute = isRooted || directory.utf8.first == SystemText.slash
  let whole = isRooted || directory.isEmpty ? path : "\(directory)/\(path)"
  var parts: [String] = []
  for bytes in whole.utf8.split(separator: SystemText.slash) {
    let part = String(Substring(bytes))
    if part == "." { continue }
    guard part == "..", let last = parts.last, last != ".." else {
      if part == "..", parts.isEmpty, isAbsolute { continue }
      parts.append(part)
      continue
    }
    let before = (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    if files.isSymbolicLink(before) {
      parts.append("..")
    } else {
      parts.removeLast()
    }
  }
  let joined = parts.joined(separator: "/")
  if isAbsolute { return "/" + joined }
  return joined.isEmpty ? "." : joined
}

/// The directory that a file's path names it in; empty for the current one.
func directory(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: SystemText.slash) else { return "" }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
