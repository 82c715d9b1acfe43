package import PouchConfiguration

/// What `pouch-receive` is asked to do.
package struct ReceiveRequest: Sendable {
  package var reader: ConfigurationReader
  /// Whether payloads go to stdout as they are.
  package var isRaw = false
  package var isCheck = false
  /// With `isCheck`: connect, or bind, as well.
  package var connects = false
  /// User ids that may be at the other end of a Unix socket; nil for whomever its file admits.
  package var allowedUsers: Set<UInt32>?
  package var progress = ProgressStyle.none

  package init(reader: ConfigurationReader) { self.reader = reader }
}
