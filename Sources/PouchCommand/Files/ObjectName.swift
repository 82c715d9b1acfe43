package import PouchCore

/// An object's name as a place below a directory.
///
/// A name comes from the peer, which may be anybody: it is a label, and becomes a path only when
/// every part of it is an ordinary name. Nothing is repaired: two names that differ never become
/// the same file.
package struct ObjectName: Sendable, Hashable {
  /// The directories that lead to the file, and its name.
  package let components: [String]

  /// What names of unfinished files begin with; no object may have such a name.
  package static let reserved = ".pouch-"

  private static let deepest = 16
  private static let longestComponent = 255

  /// Takes a name that is certainly an ordinary one.
  ///
  /// - Parameter directories: Those that lead to it, which are known too.
  init(known name: String, in directories: ArraySlice<String> = []) {
    components = directories + [name]
  }

  /// Reads a peer's name.
  ///
  /// - Throws: A refusal with code `refused` for a name that is absolute, leads upwards, is empty
  ///   in any part, is too long or holds control characters.
  package init(_ name: String) throws(Refusal) {
    let parts = name.utf8.split(separator: SystemText.slash, omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard name.utf8.first != SystemText.slash else { throw ObjectName.refusal("it is absolute") }
    guard parts.count <= ObjectName.deepest else {
      throw ObjectName.refusal("it has more than \(ObjectName.deepest) parts")
    }
    for part in parts {
      guard !part.isEmpty else { throw ObjectName.refusal("a part of it is empty") }
      guard part != ".", part != ".." else { throw ObjectName.refusal("it holds '\(part)'") }
      guard part.systemLength <= ObjectName.longestComponent else {
        throw ObjectName.refusal("a part of it is longer than \(ObjectName.longestComponent) bytes")
      }
      guard !part.hasControls else { throw ObjectName.refusal("it holds control characters") }
      guard !part.utf8.starts(with: ObjectName.reserved.utf8) else {
        throw ObjectName.refusal("names that begin with '\(ObjectName.reserved)' are reserved")
      }
    }
    components = parts
  }

  private static func refusal(_ reason: String) -> Refusal {
    Refusal(code: "refused", text: "the object's name cannot be a file's: \(reason)")
  }

  /// The name of the file alone.
  var last: String { components.last ?? "" }
}
