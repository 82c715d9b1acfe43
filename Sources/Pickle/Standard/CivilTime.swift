internal import CBOR

/// A date, a time of day, or both, as Python's `datetime` has them: the years 1 to 9999, to the
/// microsecond, with or without an offset from UTC.
struct CivilTime {
  struct Day {
    let year: Int
    let month: Int
    let day: Int
  }

  struct Clock {
    let hour: Int
    let minute: Int
    let second: Int
    let microsecond: Int
  }

  var day: Day?
  var clock: Clock?
  var offset: TimeOffset?
}

// MARK: - As Python packs them

extension CivilTime.Day {
  static let size = 4

  /// Two bytes of year, month, day.
  init?(_ bytes: some Collection<UInt8>) {
    let numbers = bytes.map(Int.init)
    guard numbers.count == Self.size else { return nil }
    self.init(numbers[0] << 8 | numbers[1], numbers[2], numbers[3])
  }

  fileprivate init?(_ year: Int, _ month: Int, _ day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month),
      day >= 1, day <= RFC3339.days(inMonth: month, of: year)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  var bytes: [UInt8] { [UInt8(year >> 8), UInt8(year & 0xff), UInt8(month), UInt8(day)] }
}

extension CivilTime.Clock {
  static let size = 6

  /// Hour, minute, second, three bytes of microseconds.
  init?(_ bytes: some Collection<UInt8>) {
    let numbers = bytes.map(Int.init)
    guard numbers.count == Self.size else { return nil }
    self.init(
      numbers[0], numbers[1], numbers[2], numbers[3] << 16 | numbers[4] << 8 | numbers[5])
  }

  fileprivate init?(_ hour: Int, _ minute: Int, _ second: Int, _ microsecond: Int) {
    guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second),
      (0..<1_000_000).contains(microsecond)
    else { return nil }
    self.init(hour: hour, minute: minute, second: second, microsecond: microsecond)
  }

  var bytes: [UInt8] {
    [UInt8(hour), UInt8(minute), UInt8(second)]
      + [16, 8, 0].map { UInt8(truncatingIfNeeded: microsecond >> $0) }
  }
}

// MARK: - As text

extension CivilTime {
  /// What Python's `isoformat()` gives.
  var text: String {
    let day = day.map { day in
      "\(day.year.padded(4))-\(day.month.padded(2))-\(day.day.padded(2))"
    }
    let clock = clock.map { clock in
      let seconds = "\(clock.hour.padded(2)):\(clock.minute.padded(2)):\(clock.second.padded(2))"
      return clock.microsecond == 0 ? seconds : "\(seconds).\(clock.microsecond.padded(6))"
    }
    return [day, clock].compactMap { $0 }.joined(separator: "T") + (offset?.text ?? "")
  }

  /// Reads a date, or a date with a time and an offset, as RFC 3339 writes them.
  ///
  /// - Returns: nil for text of another form, and for what Python does not hold: the year 0, the
  ///   leap second, a fraction finer than microseconds.
  init?(_ text: String) {
    var rest = DigitReader(text)
    guard let year = rest.number(4), rest.skip("-"), let month = rest.number(2), rest.skip("-"),
      let day = rest.number(2), let date = Day(year, month, day)
    else { return nil }
    self.day = date
    if rest.isAtEnd { return }
    guard rest.skip("Tt "), let hour = rest.number(2), rest.skip(":"),
      let minute = rest.number(2), rest.skip(":"), let second = rest.number(2)
    else { return nil }
    var microsecond = 0
    if rest.skip(".") {
      guard let fraction = rest.fraction() else { return nil }
      microsecond = fraction
    }
    guard let clock = Clock(hour, minute, second, microsecond),
      let offset = rest.skip("Zz") ? TimeOffset(microseconds: 0) : TimeOffset(&rest), rest.isAtEnd
    else { return nil }
    self.clock = clock
    self.offset = offset
  }

  /// Microseconds since 1970 in UTC, where this is a date with a time and an offset.
  var instant: Int? {
    guard let day, let clock, let offset else { return nil }
    let days = RFC3339.days(to: day.year, day.month, day.day)
    let seconds = ((days * 24 + clock.hour) * 60 + clock.minute) * 60 + clock.second
    return seconds * 1_000_000 + clock.microsecond - offset.microseconds
  }
}

/// An offset from UTC: less than a day, to the microsecond.
struct TimeOffset {
  private static let day = 86_400_000_000

  let microseconds: Int

  init?(microseconds: Int) {
    guard microseconds.magnitude < Self.day else { return nil }
    self.microseconds = microseconds
  }

  /// Whether RFC 3339 can write it: hours and minutes, nothing else.
  var isWholeMinutes: Bool { microseconds.isMultiple(of: 60_000_000) }

  /// `+02:00`, with seconds and microseconds where there are any.
  var text: String {
    let (seconds, fraction) = Int(microseconds.magnitude).quotientAndRemainder(
      dividingBy: 1_000_000)
    let minutes = seconds / 60
    var text =
      "\(microseconds < 0 ? "-" : "+")\((minutes / 60).padded(2)):\((minutes % 60).padded(2))"
    if seconds % 60 != 0 || fraction != 0 { text += ":\((seconds % 60).padded(2))" }
    if fraction != 0 { text += ".\(fraction.padded(6))" }
    return text
  }

  init?(_ text: String) {
    var rest = DigitReader(text)
    self.init(&rest)
    guard rest.isAtEnd else { return nil }
  }

  fileprivate init?(_ rest: inout DigitReader) {
    let isNegative = rest.next == UInt8(ascii: "-")
    guard rest.skip("+-"), let hours = rest.number(2), rest.skip(":"),
      let minutes = rest.number(2), minutes < 60
    else { return nil }
    var microseconds = (hours * 60 + minutes) * 60_000_000
    if rest.skip(":") {
      guard let seconds = rest.number(2), seconds < 60 else { return nil }
      microseconds += seconds * 1_000_000
      if rest.skip(".") {
        guard let fraction = rest.fraction() else { return nil }
        microseconds += fraction
      }
    }
    self.init(microseconds: isNegative ? -microseconds : microseconds)
  }
}

/// Text of digits with characters between them.
private struct DigitReader {
  private var rest: ArraySlice<UInt8>

  init(_ text: String) { rest = Array(text.utf8)[...] }

  var isAtEnd: Bool { rest.isEmpty }
  var next: UInt8? { rest.first }

  mutating func number(_ count: Int) -> Int? {
    guard rest.count >= count else { return nil }
    var value = 0
    for byte in rest.prefix(count) {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    rest = rest.dropFirst(count)
    return value
  }

  /// Takes the digits of a fraction as millionths; nil where there are none, or finer ones.
  mutating func fraction() -> Int? {
    var digits = 0
    var value = 0
    while let digit = rest.first, (0x30...0x39).contains(digit) {
      if digits == 6, digit != 0x30 { return nil }
      if digits < 6 {
        value = value * 10 + Int(digit - 0x30)
        digits += 1
      }
      rest = rest.dropFirst()
    }
    guard digits > 0 else { return nil }
    for _ in digits..<6 { value *= 10 }
    return value
  }

  mutating func skip(_ allowed: String) -> Bool {
    guard let first = rest.first, allowed.utf8.contains(first) else { return false }
    rest = rest.dropFirst()
    return true
  }
}

extension Int {
  fileprivate func padded(_ digits: Int) -> String {
    let text = String(self)
    return String(repeating: "0", count: Swift.max(0, digits - text.utf8.count)) + text
  }
}
