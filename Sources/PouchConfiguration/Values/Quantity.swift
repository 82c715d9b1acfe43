/// A number with a unit, such as `8 MiB` or `1.5 s`, counted in the smallest unit of its kind.
struct Quantity {
  /// A unit and how many of the smallest one it is.
  struct Unit: Sendable {
    var symbol: String
    var scale: Int64
  }

  /// What a text turned out to be.
  enum Reading: Equatable {
    case amount(Int64)
    /// A whole number alone.
    case bare(Int64)
    case notANumber
    case unknownUnit(String)
    case overflow
    /// Less than one of the smallest unit.
    case tooFine
  }

  static func read(_ text: String, units: [Unit]) -> Reading {
    var rest = Substring(text).trimmed()[...]
    let whole = rest.prefix(while: \.isASCIIDigit)
    rest = rest.dropFirst(whole.count)
    var fraction: Substring = ""
    if rest.first == "." {
      fraction = rest.dropFirst().prefix(while: \.isASCIIDigit)
      guard !fraction.isEmpty else { return .notANumber }
      rest = rest.dropFirst(fraction.count + 1)
    }
    guard !whole.isEmpty else { return .notANumber }
    let symbol = String(rest.trimmed())
    if symbol.isEmpty {
      guard fraction.isEmpty else { return .notANumber }
      return Int64(whole).map { .bare($0) } ?? .overflow
    }
    guard let unit = units.first(where: { $0.symbol == symbol }) else {
      return symbol.first?.isLetter == true ? .unknownUnit(symbol) : .notANumber
    }
    return amount(whole: whole, fraction: fraction, unit: unit)
  }

  private static func amount(whole: Substring, fraction: Substring, unit: Unit) -> Reading {
    guard let count = Int64(whole) else { return .overflow }
    var (amount, overflow) = count.multipliedReportingOverflow(by: unit.scale)
    guard !overflow else { return .overflow }
    var digits = fraction
    while digits.last == "0" { digits.removeLast() }
    guard !digits.isEmpty else { return .amount(amount) }
    guard digits.count <= 18, let numerator = Int64(digits) else { return .tooFine }
    let denominator = repeatElement(Int64(10), count: digits.count).reduce(1, *)
    // The numerator is the smaller one, so the quotient is less than one unit.
    let (part, remainder) = denominator.dividingFullWidth(
      numerator.multipliedFullWidth(by: unit.scale))
    guard remainder == 0 else { return .tooFine }
    (amount, overflow) = amount.addingReportingOverflow(part)
    return overflow ? .overflow : .amount(amount)
  }

  /// The text of an amount in the largest unit that divides it.
  static func format(_ amount: Int64, units: [Unit]) -> String {
    let fitting = units.filter { $0.scale <= amount && amount % $0.scale == 0 }
    guard let unit = fitting.max(by: { $0.scale < $1.scale }) ?? units.first else {
      return String(amount)
    }
    return "\(amount / unit.scale) \(unit.symbol)"
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

extension Substring {
  fileprivate func trimmed() -> Substring {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
