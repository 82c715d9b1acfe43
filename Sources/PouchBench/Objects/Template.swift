/// The bytes that objects are cut from: the same in every run.
enum Template {
  /// Numbers that look random (SplitMix64).
  private struct Numbers {
    private var state: UInt64 = 0x2545_F491_4F6C_DD1D

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
  }

  /// Bytes that nothing compresses.
  static func fillRandomly(_ memory: UnsafeMutableRawBufferPointer) {
    var numbers = Numbers()
    for offset in stride(from: 0, to: memory.count, by: 8) {
      withUnsafeBytes(of: numbers.next()) { word in
        for index in 0..<min(8, memory.count - offset) { memory[offset + index] = word[index] }
      }
    }
  }

  /// Records such as `{"id":83641,"sensor":"attic","celsius":21.53,"ok":true}`, one a line.
  static func fillWithRecords(_ memory: UnsafeMutableRawBufferPointer) {
    let places = ["attic", "cellar", "garage", "kitchen", "landing", "porch", "stairs", "study"]
    var numbers = Numbers()
    var filled = 0
    while filled < memory.count {
      let number = numbers.next()
      let place = places[Int(number & 7)]
      let record =
        "{\"id\":\(number >> 8 & 0xFFFFF),\"sensor\":\"\(place)\","
        + "\"celsius\":\(number >> 32 & 63).\(10 + number >> 40 % 90),"
        + "\"ok\":\(number >> 60 != 0)}\n"
      for byte in record.utf8.prefix(memory.count - filled) {
        memory[filled] = byte
        filled += 1
      }
    }
  }
}
