/// Sizes in bytes as text: `512 B`, `64KiB`, `8 MiB`, `1 MB`, or a whole number of bytes.
public enum ByteSize {
  static let binary = [
    Quantity.Unit(symbol: "B", scale: 1),
    Quantity.Unit(symbol: "KiB", scale: 1 << 10),
    Quantity.Unit(symbol: "MiB", scale: 1 << 20),
    Quantity.Unit(symbol: "GiB", scale: 1 << 30),
    Quantity.Unit(symbol: "TiB", scale: 1 << 40),
  ]

  static let decimal = [
    Quantity.Unit(symbol: "kB", scale: 1_000),
    Quantity.Unit(symbol: "KB", scale: 1_000),
    Quantity.Unit(symbol: "MB", scale: 1_000_000),
    Quantity.Unit(symbol: "GB", scale: 1_000_000_000),
    Quantity.Unit(symbol: "TB", scale: 1_000_000_000_000),
  ]

  static let units = "units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB"

  package static func read(_ text: String) throws(Complaint) -> Int {
    switch Quantity.read(text, units: binary + decimal) {
    case .amount(let bytes), .bare(let bytes): return Int(bytes)
    case .notANumber:
      throw Complaint("'\(text)' is not a size", hint: "write a number and a unit, such as 8 MiB")
    case .unknownUnit(let unit):
      throw Complaint("'\(text)' is not a size: '\(unit)' is not a unit", hint: suggestion(unit))
    case .overflow: throw Complaint("'\(text)' is more than this machine can count")
    case .tooFine: throw Complaint("'\(text)' is not a whole number of bytes")
    }
  }

  private static func suggestion(_ unit: String) -> String {
    let symbols = (binary + decimal).map(\.symbol)
    guard let near = symbols.first(where: { $0.lowercased() == unit.lowercased() }) else {
      return units
    }
    return "did you mean '\(near)'? \(units)"
  }

  /// The size in the largest binary unit that divides it.
  public static func format(_ bytes: Int) -> String {
    Quantity.format(Int64(bytes), units: binary)
  }
}
