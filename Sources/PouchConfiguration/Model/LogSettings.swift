/// What is logged, and how. Logs go to standard error.
public struct LogSettings: Sendable, Hashable {
  public enum Level: String, Sendable, CaseIterable {
    case error, warning, notice, info, debug, trace
  }

  public enum Format: String, Sendable, CaseIterable {
    case text, json
  }

  /// The least important messages that are still logged.
  public var level: Level
  public var format: Format
}
