/// Dates and times as text, such as `2013-03-21T20:04:00.5-08:00` (RFC 3339).
package enum RFC3339 {
  /// Seconds since the start of 1970 in UTC, or nil for text of another form.
  static func seconds(in text: String) -> Double? {
    var rest = Array(text.utf8)[...]

    func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
      guard rest.count >= digits else { return nil }
      var value = 0
      for byte in rest.prefix(digits) {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      rest = rest.dropFirst(digits)
      return range.contains(value) ? value : nil
    }
    func skip(_ allowed: String) -> Bool {
      guard let first = rest.first, allowed.utf8.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }

    guard let year = number(4, 0...9999), skip("-"),
      let month = number(2, 1...12), skip("-"),
      let day = number(2, 1...days(inMonth: month, of: year)), skip("Tt "),
      let hour = number(2, 0...23), skip(":"), let minute = number(2, 0...59), skip(":"),
      let second = number(2, 0...60)
    else { return nil }
    var fraction = 0.0
    if skip(".") {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty, let value = Double("0." + String(decoding: digits, as: UTF8.self))
      else { return nil }
      fraction = value
      rest = rest.dropFirst(digits.count)
    }
    var offset = 0
    if !skip("Zz") {
      let sign = rest.first == UInt8(ascii: "-") ? -1 : 1
      guard skip("+-"), let hours = number(2, 0...23), skip(":"), let minutes = number(2, 0...59)
      else { return nil }
      offset = sign * (hours * 60 + minutes) * 60
    }
    guard rest.isEmpty else { return nil }
    let clock = (hour * 60 + minute) * 60 + second - offset
    return Double(days(to: year, month, day) * 86400 + clock) + fraction
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  package static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from the start of 1970 in the proleptic Gregorian calendar.
  package static func days(to year: Int, _ month: Int, _ day: Int) -> Int {
    // Counted from March, so that the leap day is a year's last.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
