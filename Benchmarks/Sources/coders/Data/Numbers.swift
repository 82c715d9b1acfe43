/// Long runs of numbers with a full fraction.
enum Numbers {
  static func doubles(_ count: Int) -> [Double] {
    var random = RandomSource(seed: 3)
    return (0..<count).map { _ in Double.random(in: -1000..<1000, using: &random) }
  }

  static func floats(_ count: Int) -> [Float] {
    var random = RandomSource(seed: 4)
    return (0..<count).map { _ in Float.random(in: -1000..<1000, using: &random) }
  }
}
