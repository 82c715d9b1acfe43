internal import CBOR

/// A `datetime.timedelta`: a number of microseconds within a billion days.
struct TimeSpan {
  private static let day = 86_400
  /// Of days, in either direction.
  private static let largest = 999_999_999

  let days: Int
  /// From 0 to a day, as the microseconds are from 0 to a second.
  let seconds: Int
  let microseconds: Int

  init?(days: Int, seconds: Int, microseconds: Int) {
    guard days.magnitude <= Self.largest, (0..<Self.day).contains(seconds),
      (0..<1_000_000).contains(microseconds)
    else { return nil }
    self.days = days
    self.seconds = seconds
    self.microseconds = microseconds
  }

  init?(_ offset: TimeOffset) {
    let seconds = offset.microseconds.dividedDown(by: 1_000_000)
    self.init(seconds: seconds, microseconds: offset.microseconds - seconds * 1_000_000)
  }

  private init?(seconds: Int, microseconds: Int) {
    let days = seconds.dividedDown(by: Self.day)
    self.init(days: days, seconds: seconds - days * Self.day, microseconds: microseconds)
  }

  /// All of it as an offset from UTC, where it is less than a day.
  var offset: TimeOffset? {
    guard days.magnitude <= 1 else { return nil }
    return TimeOffset(microseconds: (days * Self.day + seconds) * 1_000_000 + microseconds)
  }
}

extension TimeSpan {
  private static let wholeSeconds: Value = 1
  private static let millionths: Value = -6

  /// A duration of RFC 9581, tag 1002: key 1 holds seconds, key -6 millionths to add.
  var value: Value {
    var entries = [Value.Entry(key: Self.wholeSeconds, value: Value(days * Self.day + seconds))]
    if microseconds > 0 {
      entries.append(Value.Entry(key: Self.millionths, value: Value(microseconds)))
    }
    return .tagged(Self.tag, .map(entries))
  }

  static let tag: UInt64 = 1002

  /// - Parameter content: What is under tag 1002.
  init?(_ content: Value) {
    guard let entries = content.map, let seconds = content[key: Self.wholeSeconds]?.integer,
      let seconds = Int(exactly: seconds)
    else { return nil }
    let millionths = content[key: Self.millionths]
    guard entries.count == (millionths == nil ? 1 : 2),
      let microseconds = millionths == nil ? 0 : millionths?.integer
    else { return nil }
    self.init(seconds: seconds, microseconds: Int(microseconds))
  }
}

extension Int {
  /// Divides, and rounds towards negative infinity.
  fileprivate func dividedDown(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
