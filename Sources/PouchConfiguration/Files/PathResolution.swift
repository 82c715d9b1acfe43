/// Joins a relative path to a directory and takes out `.` and `..`, as the system would go.
///
/// A `..` behind a symbolic link stays: it leads to the parent of what the link names.
func resolve(
  _ path: String, in directory: String, files: some ConfigurationFiles
) -> String {
  let isAbsolute = path.hasPrefix("/") || directory.hasPrefix("/")
  let whole = path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
  var parts: [String] = []
  for part in whole.split(separator: "/") where part != "." {
    guard part == "..", let last = parts.last, last != ".." else {
      if part == "..", parts.isEmpty, isAbsolute { continue }
      parts.append(String(part))
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
  guard let slash = path.lastIndex(of: "/") else { return "" }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
