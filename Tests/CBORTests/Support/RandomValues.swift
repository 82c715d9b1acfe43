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
  /// Any value, of all kinds and of every width.
  static func random(
    depth: Int = 4, tags: ClosedRange<UInt64> = 0...UInt64.max,
    using generator: inout SeededGenerator
  ) -> Value {
    switch Int.random(in: 0..<(depth > 0 ? 14 : 10), using: &generator) {
    case 0, 1: return .unsigned(randomArgument(&generator))
    case 2: return .negative(randomArgument(&generator))
    case 3: return .float(Double(bitPattern: generator.next()))
    case 4: return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))))
    case 5:
      let scale = Double(1 << Int.random(in: 0..<12, using: &generator))
      return .float(Double(Int.random(in: -4000...4000, using: &generator)) / scale)
    case 6: return .text(randomText(&generator))
    case 7:
      let count = Int.random(in: 0...40, using: &generator)
      return .bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
    case 8: return [.null, .undefined, true, false].randomElement(using: &generator) ?? .null
    case 9:
      let number = UInt8.random(in: 0...255, using: &generator)
      return .simple((20..<32).contains(number) ? number - 20 : number)
    case 10, 11:
      let count = Int.random(in: 0...6, using: &generator) * (depth > 2 ? 5 : 1)
      return .array(
        (0..<count).map { _ in random(depth: depth - 1, tags: tags, using: &generator) })
    case 12:
      let count = Int.random(in: 0...6, using: &generator) * (depth > 2 ? 4 : 1)
      var keys: Set<Value> = []
      for _ in 0..<count {
        keys.insert(random(depth: min(depth - 1, 1), tags: tags, using: &generator))
      }
      return .map(
        keys.map { key in
          Entry(key: key, value: random(depth: depth - 1, tags: tags, using: &generator))
        })
    default:
      return .tagged(
        UInt64.random(in: tags, using: &generator),
        random(depth: depth - 1, tags: tags, using: &generator))
    }
  }

  private static func randomArgument(_ generator: inout SeededGenerator) -> UInt64 {
    generator.next() >> UInt64.random(in: 0...63, using: &generator)
  }

  private static func randomText(_ generator: inout SeededGenerator) -> String {
    let alphabet: [Character] = [
      "a", "Z", "0", "\"", "\\", "\n", "\u{fc}", "\u{6c34}", "\u{10151}",
    ]
    let count = Int.random(in: 0...30, using: &generator)
    return String((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
  }
}
