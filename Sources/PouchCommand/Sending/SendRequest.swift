package import PouchConfiguration

/// What `pouch-send` is asked to do.
package struct SendRequest: Sendable {
  package var reader: ConfigurationReader
  /// Paths, and `-` for standard input.
  package var paths: [String] = []
  /// What the object read from standard input is called.
  package var name: String?
  /// What travels beside every object.
  package var headers: [String: String] = [:]
  package var isCheck = false
  /// With `isCheck`: connect as well.
  package var connects = false
  /// User ids that may be at the other end of a Unix socket; nil for whomever its file admits.
  package var allowedUsers: Set<UInt32>?
  package var progress = ProgressStyle.none

  package init(reader: ConfigurationReader) { self.reader = reader }
}
