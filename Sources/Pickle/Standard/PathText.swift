/// What `str` makes of the paths of `pathlib`, out of the segments that they are pickled with.
enum PathText {
  private static let slash = UInt8(ascii: "/")
  private static let backslash = UInt8(ascii: "\\")
  private static let colon = UInt8(ascii: ":")

  /// `PurePosixPath(*segments)`: one that is absolute replaces those before it.
  static func posix(_ segments: [String]) -> String {
    var path: [UInt8] = []
    for segment in segments {
      if segment.utf8.first == slash {
        path = []
      } else if let last = path.last, last != slash {
        path.append(slash)
      }
      path += segment.utf8
    }
    // Two slashes are a root of their own; three are one.
    let slashes = path.prefix { $0 == slash }.count
    let root = slashes == 2 ? "//" : slashes > 0 ? "/" : ""
    return text(root: root, names(in: path[...], separator: slash), separator: "/")
  }

  /// `PureWindowsPath(*segments)`, as CPython 3.12 joins them.
  static func windows(_ segments: [String]) -> String {
    var path = WindowsPath()
    for segment in segments {
      let next = WindowsPath(segment.utf8.map { $0 == slash ? backslash : $0 })
      if !next.root.isEmpty {
        path = next.drive.isEmpty ? WindowsPath(path.drive, next.root, next.rest) : next
        continue
      }
      if !next.drive.isEmpty, next.drive != path.drive {
        guard isSame(next.drive, path.drive) else {
          path = next
          continue
        }
        path.drive = next.drive
      }
      if let last = path.rest.last, last != backslash { path.rest.append(backslash) }
      path.rest += next.rest
    }
    // A server and a share may have come from two segments.
    path = WindowsPath(path.joined)
    var names = names(in: path.rest[...], separator: backslash)
    let anchor = path.anchor
    // A name that looks like a drive would be one without this.
    if anchor.isEmpty, let first = names.first, first.dropFirst().first == colon {
      names.insert([UInt8(ascii: ".")], at: 0)
    }
    return text(root: String(decoding: anchor, as: UTF8.self), names, separator: "\\")
  }

  private static func names(
    in path: ArraySlice<UInt8>, separator: UInt8
  ) -> [ArraySlice<UInt8>] {
    path.split(separator: separator).filter { !$0.elementsEqual([UInt8(ascii: ".")]) }
  }

  private static func text(
    root: String, _ names: [ArraySlice<UInt8>], separator: String
  ) -> String {
    let text =
      root + names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: separator)
    return text.isEmpty ? "." : text
  }

  private static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    String(decoding: left, as: UTF8.self).lowercased()
      == String(decoding: right, as: UTF8.self).lowercased()
  }

  /// A path with backslashes, taken apart: a drive or a share, a root, and the rest.
  private struct WindowsPath {
    var drive: [UInt8] = []
    var root: [UInt8] = []
    var rest: [UInt8] = []

    init() {}

    init(_ drive: [UInt8], _ root: [UInt8], _ rest: [UInt8]) {
      (self.drive, self.root, self.rest) = (drive, root, rest)
    }

    init(_ path: [UInt8]) {
      if path.starts(with: [backslash, backslash]) {
        // A server and a share, which may stand behind `\\?\UNC\`.
        let prefix = Array(#"\\?\UNC\"#.utf8)
        let isLong = PathText.isSame(Array(path.prefix(prefix.count)), prefix)
        let server = isLong ? prefix.count : 2
        guard let afterServer = path[server...].firstIndex(of: backslash),
          let afterShare = path[(afterServer + 1)...].firstIndex(of: backslash)
        else {
          drive = path
          return
        }
        drive = Array(path[..<afterShare])
        root = [backslash]
        rest = Array(path[(afterShare + 1)...])
      } else if path.first == backslash {
        root = [backslash]
        rest = Array(path.dropFirst())
      } else if path.dropFirst().first == colon {
        drive = Array(path.prefix(2))
        rest = Array(path.dropFirst(2))
        if rest.first == backslash { root = [rest.removeFirst()] }
      } else {
        rest = path
      }
    }

    var joined: [UInt8] {
      let needsSeparator =
        !rest.isEmpty && root.isEmpty && !drive.isEmpty && drive.last != colon
        && drive.last != backslash
      return drive + (needsSeparator ? [backslash] : root) + rest
    }

    /// Drive and root; a share always has one.
    var anchor: [UInt8] {
      guard root.isEmpty, drive.first == backslash, drive.last != backslash else {
        return drive + root
      }
      let parts = drive.split(separator: backslash, omittingEmptySubsequences: false)
      let isShare =
        parts.count == 4
        && !["", "?", ".", "?."].contains(String(decoding: parts[2], as: UTF8.self))
      return isShare || parts.count == 6 ? drive + [backslash] : drive
    }
  }
}
