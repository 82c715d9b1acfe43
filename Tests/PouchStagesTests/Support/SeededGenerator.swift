/// Random numbers that are the same in every run (SplitMix64; Steele, Lea and Flood, 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension SeededGenerator {
  /// Bytes that do not compress.
  mutating func noise(_ length: Int) -> [UInt8] {
    (0..<length).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// Bytes that compress about as well as text.
  mutating func prose(_ length: Int) -> [UInt8] {
    let words = ["lamp", "harbour", "seal", "north", "receipt", "of", "the", "and", "lantern"]
    var text: [UInt8] = []
    while text.count < length {
      text += Array((words.randomElement(using: &self) ?? "").utf8) + [0x20]
    }
    return Array(text.prefix(length))
  }
}
