import Foundation

/// What a contest's figures count.
enum Unit: Sendable {
  /// Objects of this many bytes, a second.
  case objects(of: Int)
  /// Bytes a second.
  case bytes
  /// The time of a round trip.
  case microseconds
  /// How many times as small.
  case times
  /// Memory for each connection.
  case kibibytes

  /// Whether a smaller figure is the better one.
  var isCost: Bool {
    switch self {
    case .objects, .bytes, .times: false
    case .microseconds, .kibibytes: true
    }
  }

  func text(_ value: Double) -> String {
    switch self {
    case .objects(let size) where size >= 64 << 10: bytesText(value * Double(size))
    case .objects: value >= 1e5 ? format(value / 1e6) + " M/s" : format(value / 1e3) + " k/s"
    case .bytes: bytesText(value)
    case .microseconds: format(value) + " µs"
    case .times: format(value) + "×"
    case .kibibytes: format(value) + " KiB"
    }
  }

  private func bytesText(_ value: Double) -> String {
    value >= 1e9 ? format(value / 1e9) + " GB/s" : format(value / 1e6) + " MB/s"
  }

  private func format(_ value: Double) -> String { Unit.number(value) }

  /// Three digits.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "-" }
    return String(format: value >= 99.95 ? "%.0f" : value >= 9.995 ? "%.1f" : "%.2f", value)
  }
}
