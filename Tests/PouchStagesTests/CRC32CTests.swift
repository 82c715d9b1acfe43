import CPouchSystem
import PouchCore
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
  static let methods: [pouch_crc32c_method] = [
    .tables, .streams, .folding,
  ].filter { $0.rawValue <= pouch_crc32c_chosen().rawValue }

  /// Bit by bit, as RFC 3720 defines it.
  static func reference(_ bytes: ArraySlice<UInt8>, _ seed: UInt32 = 0) -> UInt32 {
    var sum = ~seed
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = (sum >> 1) ^ (sum & 1 == 1 ? 0x82f6_3b78 : 0) }
    }
    return ~sum
  }

  static func sum(
    _ method: pouch_crc32c_method, _ bytes: ArraySlice<UInt8>, _ seed: UInt32 = 0
  ) -> UInt32 {
    bytes.withUnsafeBytes { pouch_crc32c_by(method, seed, $0.baseAddress, $0.count) }
  }

  /// RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRCs.
  static let vectors: [([UInt8], UInt32)] = [
    (Array(repeating: 0, count: 32), 0x8a91_36aa),
    (Array(repeating: 0xff, count: 32), 0x62a8_ab43),
    (Array(0...31), 0x46dd_794e),
    (Array((0...31).reversed()), 0x113f_db5c),
    (
      [
        0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0,
        0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
      ], 0xd996_3a56
    ),
    (Array("123456789".utf8), 0xe306_9283),
    ([], 0),
  ]

  @Test("The RFC's vectors come out by every method", arguments: methods)
  func vectors(_ method: pouch_crc32c_method) {
    for (bytes, expected) in CRC32CTests.vectors {
      #expect(CRC32CTests.sum(method, bytes[...]) == expected)
      #expect(bytes.withUnsafeBytes { crc32c($0) } == expected)
    }
  }

  @Test("Every method agrees with the definition at any length and alignment", arguments: methods)
  func everyLength(_ method: pouch_crc32c_method) {
    var generator = SeededGenerator(seed: 1)
    let bytes = generator.noise(14_000)
    // Around each size at which a method changes its step, and both sides of the header's 20.
    let lengths =
      Array(0...40) + Array(60...70) + Array(120...136) + Array(250...270) + Array(505...530)
      + Array(760...776) + [1024, 1031, 2048, 3071, 4097, 6143, 6144, 6145, 6911, 6912, 12_289]
    for length in lengths {
      for start in 0..<9 {
        let slice = bytes[start..<start + length]
        let seed = UInt32(truncatingIfNeeded: generator.next())
        #expect(
          CRC32CTests.sum(method, slice, seed) == CRC32CTests.reference(slice, seed),
          "\(length) bytes from \(start)")
      }
    }
  }

  @Test("A sum continues from what came before", arguments: methods)
  func continues(_ method: pouch_crc32c_method) {
    var generator = SeededGenerator(seed: 2)
    let bytes = generator.noise(3000)
    let whole = CRC32CTests.reference(bytes[...])
    for cut in [0, 1, 20, 255, 256, 257, 1500, 2999, 3000] {
      let first = CRC32CTests.sum(method, bytes[..<cut])
      #expect(CRC32CTests.sum(method, bytes[cut...], first) == whole, "cut at \(cut)")
    }
  }
}
