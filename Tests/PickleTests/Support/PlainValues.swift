import CBOR

/// A generator with a seed, so that what fails can be run again (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

extension Value {
  /// Any value that Python's plain data holds as it is: no tags but those of large integers and
  /// sets, and only keys of which no two are one to Python.
  static func plain(depth: Int, using generator: inout SeededGenerator) -> Value {
    let count = Int.random(in: 0...8, using: &generator)
    switch Int.random(in: 0..<(depth > 0 ? 13 : 8), using: &generator) {
    case 0: return .unsigned(generator.next() >> UInt64.random(in: 0...63, using: &generator))
    case 1: return .negative(generator.next() >> UInt64.random(in: 0...63, using: &generator))
    case 2:
      let magnitude = (0...count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      return Value(BigInteger(isNegative: generator.next() & 1 == 0, magnitude: magnitude))
    case 3: return .float(Double(bitPattern: generator.next()))
    case 4: return [.null, true, false].randomElement(using: &generator) ?? .null
    case 5, 6: return .text(text(using: &generator))
    case 7:
      let length = [0, 1, 255, 256].randomElement(using: &generator) ?? 0
      return .bytes((0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
    case 8, 9: return .array((0..<count).map { _ in plain(depth: depth - 1, using: &generator) })
    case 10, 11:
      return .map(
        distinctKeys(count, using: &generator).map {
          Entry(key: $0, value: plain(depth: depth - 1, using: &generator))
        })
    default: return .tagged(258, .array(distinctKeys(count, using: &generator)))
    }
  }

  private static func distinctKeys(
    _ count: Int, using generator: inout SeededGenerator
  ) -> [Value] {
    // By their place, so that none is there twice.
    (0..<count).map { place in
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: .unsigned(UInt64(place))
      case 1: .negative(UInt64(place))
      case 2: .bytes([UInt8(place)])
      case 3: .float(Double(place) + 0.5)
      case 4: [.text("\(place)"), .null, [true, Value(place)]]
      default: .text("\(place)" + text(using: &generator))
      }
    }
  }

  private static func text(using generator: inout SeededGenerator) -> String {
    let alphabet: [Character] = [
      "a", "0", "'", "\\", "\n", "\0", "\u{e9}", "\u{6c34}", "\u{10151}",
    ]
    let length = [0, 1, 15, 16, 255, 256].randomElement(using: &generator) ?? 0
    return String((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
  }
}
