package import PouchConfiguration

/// What every command is asked, whatever it does.
package struct CommandRequest: Sendable {
  package var reader: ConfigurationReader
  /// Whether everything is checked and nothing started.
  package var isCheck = false
  /// With `isCheck`: connect, or bind, as well.
  package var connects = false
  /// User ids that may be at the other end of a Unix socket; nil for whomever its file admits.
  package var allowedUsers: Set<UInt32>?
  package var progress = ProgressStyle.none

  package init(reader: ConfigurationReader) { self.reader = reader }
}
