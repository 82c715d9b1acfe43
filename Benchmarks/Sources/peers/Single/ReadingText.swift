import Foundation

/// Objects of 64 bytes that look like what devices report in JSON, the same in every run.
struct ReadingText: Sendable {
  static let objectSize = 64
  /// 1 MiB.
  static let count = (1 << 20) / objectSize

  let bytes: [UInt8]

  init() {
    // xorshift64.
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ bound: UInt64) -> Int {
      state ^= state &<< 13
      state ^= state &>> 7
      state ^= state &<< 17
      return Int(state % bound)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ReadingText.count * ReadingText.objectSize)
    for number in 0..<ReadingText.count {
      var text = String(
        format: #"{"id":%06d,"device":"pump-%02d","bar":%d.%02d,"ok":%@"#, number, random(40),
        2 + random(3), random(100), random(50) == 0 ? "false" : "true")
      text += #","t":"#
      let digits = ReadingText.objectSize - text.utf8.count - 1
      text += String(format: "%0\(digits)d", random(1000)) + "}"
      precondition(text.utf8.count == ReadingText.objectSize)
      bytes += text.utf8
    }
    self.bytes = bytes
  }

  func object(_ index: Int) -> ArraySlice<UInt8> {
    let start = index % ReadingText.count * ReadingText.objectSize
    return bytes[start..<(start + ReadingText.objectSize)]
  }
}
