/// Durations as text: `250 ms`, `5s`, `1 min`, `1 h`. A number alone says nothing.
public enum DurationText {
  static let units = [
    Quantity.Unit(symbol: "ns", scale: 1),
    Quantity.Unit(symbol: "us", scale: 1_000),
    Quantity.Unit(symbol: "ms", scale: 1_000_000),
    Quantity.Unit(symbol: "s", scale: 1_000_000_000),
    Quantity.Unit(symbol: "min", scale: 60_000_000_000),
    Quantity.Unit(symbol: "h", scale: 3_600_000_000_000),
    Quantity.Unit(symbol: "d", scale: 86_400_000_000_000),
  ]

  static let unitList = "units: ns, us, ms, s, min, h, d"

  private static let otherNames = [
    "m": "min", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "mins": "min",
    "minute": "min", "minutes": "min", "hr": "h", "hour": "h", "hours": "h", "day": "d",
    "days": "d", "msec": "ms", "µs": "us", "μs": "us", "usec": "us",
  ]

  package static func read(_ text: String) throws(Complaint) -> Duration {
    switch Quantity.read(text, units: units) {
    case .amount(let nanoseconds): return .nanoseconds(nanoseconds)
    case .bare(let number):
      throw Complaint(
        "'\(text)' has no unit: a duration needs one", hint: "write \(number) s or \(number) ms")
    case .notANumber:
      throw Complaint(
        "'\(text)' is not a duration", hint: "write a number and a unit, such as 250 ms")
    case .unknownUnit(let unit):
      var hint = unitList
      if let near = otherNames[unit.lowercased()] ?? exact(unit) {
        hint = "did you mean '\(near)'? \(unitList)"
      }
      throw Complaint("'\(text)' is not a duration: '\(unit)' is not a unit", hint: hint)
    case .overflow: throw Complaint("'\(text)' is more than this machine can count")
    case .tooFine: throw Complaint("'\(text)' is finer than a nanosecond")
    }
  }

  private static func exact(_ unit: String) -> String? {
    units.map(\.symbol).first { $0 == unit.lowercased() }
  }

  /// The duration in the largest unit that divides it.
  public static func format(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return "\(seconds) s" }
    return Quantity.format(whole &+ attoseconds / 1_000_000_000, units: units)
  }
}
