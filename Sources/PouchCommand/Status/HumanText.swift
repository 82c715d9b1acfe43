internal import CBOR
internal import PouchCore

/// Figures as people read them.
package enum HumanText {
  private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]

  /// A size with at most four digits: `5 bytes`, `1.4 MiB`, `312 KiB`.
  package static func size(_ bytes: UInt64) -> String {
    guard bytes >= 1024 else { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    let (value, unit) = scaled(Double(bytes))
    return "\(value) \(unit)"
  }

  /// A rate: `8.1 MiB/s`.
  package static func rate(_ bytes: UInt64, in time: Duration) -> String {
    let seconds = time / .seconds(1)
    let (value, unit) = scaled(seconds > 0 ? Double(bytes) / seconds : 0)
    return "\(value) \(unit)/s"
  }

  /// A duration: `12 ms`, `3.4 s`, `2 min 5 s`.
  package static func duration(_ time: Duration) -> String {
    let seconds = time / .seconds(1)
    switch seconds {
    case ..<1: return "\(max(0, Int((seconds * 1000).rounded()))) ms"
    case ..<60: return "\(decimal(seconds)) s"
    case ..<3600:
      let whole = Int(seconds)
      return "\(whole / 60) min \(whole % 60) s"
    default:
      let minutes = Int(seconds / 60)
      return "\(minutes / 60) h \(minutes % 60) min"
    }
  }

  /// A duration behind "the last": `3.4 s`, `minute`, `5 minutes`.
  package static func span(_ time: Duration) -> String {
    let minutes = Int((time / .seconds(60)).rounded(.down))
    return switch minutes {
    case 0: duration(time)
    case 1: "minute"
    default: "\(minutes) minutes"
    }
  }

  /// `1 object`, `3 objects`.
  package static func count(_ number: UInt64, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  private static func scaled(_ bytes: Double) -> (String, String) {
    var value = bytes
    var unit = 0
    while value >= 1023.5, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return (unit == 0 ? String(Int(value.rounded())) : decimal(value), units[unit])
  }

  /// One decimal below a hundred, none above.
  private static func decimal(_ value: Double) -> String {
    guard value < 99.95 else { return String(Int(value.rounded())) }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension String {
  /// The text without characters that a terminal would obey, and with bytes that are no text as
  /// `\377`: names and reasons can come from a peer.
  package var printable: String { SystemText.printable(self) }

  /// Whether there are characters that a terminal would obey.
  var hasControls: Bool { DangerousScalars.isIn(self) }
}
