/// Figures as tables show them: three digits, and the unit that suits them.
enum Figures {
  /// A number of things, such as `14.2 M` or `812`.
  static func count(_ value: Double) -> String {
    let (scaled, unit) = scale(value, [(1e9, " G"), (1e6, " M"), (1e3, " k")], "")
    return digits(scaled) + unit
  }

  /// Bytes a second, such as `2.31 GB/s`, in powers of ten.
  static func byteRate(_ value: Double) -> String {
    let (scaled, unit) = scale(value, [(1e9, " GB/s"), (1e6, " MB/s"), (1e3, " kB/s")], " B/s")
    return digits(scaled) + unit
  }

  /// A time in nanoseconds, such as `132 ns` or `68.2 us`.
  static func nanoseconds(_ value: Double) -> String {
    let (scaled, unit) = scale(value, [(1e9, " s"), (1e6, " ms"), (1e3, " us")], " ns")
    return digits(scaled) + unit
  }

  static func microseconds(_ value: Double) -> String { nanoseconds(value * 1000) }

  /// A ratio, such as `0.62`.
  static func ratio(_ value: Double) -> String { digits(value, most: 2) }

  /// A share, such as `3 %`.
  static func percent(_ share: Double) -> String { "\(digits(share * 100, most: 1)) %" }

  /// A change, such as `+4.2 %`.
  static func change(_ share: Double) -> String { (share < 0 ? "" : "+") + percent(share) }

  /// A value with three significant digits, and not more than `most` decimals.
  static func digits(_ value: Double, most: Int = 5) -> String {
    guard value.isFinite else { return "-" }
    guard value != 0 else { return "0" }
    var decimals = 0
    var limit = 99.95
    while decimals < most, value.magnitude < limit {
      decimals += 1
      limit /= 10
    }
    return decimal(value, decimals)
  }

  /// With so many decimals.
  static func decimal(_ value: Double, _ decimals: Int) -> String {
    let power = repeatElement(10.0, count: decimals).reduce(1, *)
    let scaled = (value.magnitude * power).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int64(scaled)
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(whole) }
    let unit = Int64(power)
    let part = String(whole % unit)
    return sign + "\(whole / unit)." + String(repeating: "0", count: decimals - part.count) + part
  }

  /// For machines: the shortest text that reads back as the same number, without `.0`.
  static func plain(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func scale(
    _ value: Double, _ units: [(Double, String)], _ least: String
  ) -> (Double, String) {
    for (size, unit) in units where value.magnitude >= size * 0.9995 { return (value / size, unit) }
    return (value, least)
  }
}
