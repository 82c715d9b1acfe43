import Testing

@testable import PouchBench

/// That what arrives is what was sent, and that anything else is seen.
@Suite struct ContentTests {
  private static let sizes = [8, 9, 16, 17, 63, 64, 65, 72, 100, 1024, 4096, 4097, 4168, 9000]

  /// An object as a sender writes it.
  private func object(_ content: ObjectContent, _ tag: ObjectTag) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: content.size)
    bytes.withUnsafeMutableBytes { content.write(tag, into: $0, refresh: true) }
    return bytes
  }

  private func matches(_ content: ObjectContent, _ tag: ObjectTag, _ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { content.matches(tag, $0) } ?? false
    }
  }

  private func matchesWhole(_ content: ObjectContent, _ tag: ObjectTag, _ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { content.matchesWhole(tag, $0) }
  }

  @Test("an object is what it was made as", arguments: ContentKind.allCases, sizes)
  func itself(_ kind: ContentKind, _ size: Int) {
    let content = ObjectContent(kind, size: size)
    for word: UInt64 in [0, 1, 77, 1 << 48 | 5, ObjectTag.start | 3, ObjectTag.last | 9] {
      let tag = ObjectTag(rawValue: word)
      let bytes = object(content, tag)
      #expect(matches(content, tag, bytes))
      #expect(matchesWhole(content, tag, bytes))
    }
  }

  @Test("memory that held another object is written as if it were fresh", arguments: sizes)
  func reused(_ size: Int) {
    for kind in ContentKind.allCases {
      let content = ObjectContent(kind, size: size)
      var bytes = object(content, ObjectTag(rawValue: 4))
      let tag = ObjectTag(rawValue: 5)
      bytes.withUnsafeMutableBytes { content.write(tag, into: $0, refresh: false) }
      #expect(bytes == object(content, tag))
    }
  }

  @Test("an object of 64 bytes is looked at as a whole: no changed bit goes unseen")
  func smallIsChecked() {
    for kind in ContentKind.allCases {
      let content = ObjectContent(kind, size: 64)
      let tag = ObjectTag(rawValue: 6)
      for index in 8..<64 {
        var bytes = object(content, tag)
        bytes[index] ^= 1
        #expect(!matches(content, tag, bytes), "byte \(index)")
      }
    }
  }

  @Test("a changed byte of a first object is always seen", arguments: sizes)
  func wholeIsChecked(_ size: Int) {
    let content = ObjectContent(.random, size: size)
    let tag = ObjectTag(rawValue: 0)
    for index in [0, size / 2, size - 1] {
      var bytes = object(content, tag)
      bytes[index] ^= 0x80
      #expect(!matchesWhole(content, tag, bytes), "byte \(index)")
    }
  }

  @Test(
    "a byte that always changes is seen before long, wherever it is", arguments: [200, 1024, 9000])
  func sampled(_ size: Int) {
    let content = ObjectContent(.random, size: size)
    for index in stride(from: 8, to: size / 8 * 8, by: 37) {
      let isSeen = (UInt64(0)..<20_000).contains { number in
        let tag = ObjectTag(rawValue: number)
        var bytes = object(content, tag)
        bytes[index] ^= 1
        return !matches(content, tag, bytes)
      }
      #expect(isSeen, "byte \(index)")
    }
  }

  @Test("an object in the place of another is seen though its tag is right", arguments: [64, 9000])
  func exchanged(_ size: Int) {
    for kind in ContentKind.allCases {
      let content = ObjectContent(kind, size: size)
      let tag = ObjectTag(rawValue: 10)
      for other: UInt64 in [9, 11, 1 << 48 | 10] {
        var bytes = object(content, ObjectTag(rawValue: other))
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: tag.rawValue, as: UInt64.self) }
        #expect(!matches(content, tag, bytes))
      }
    }
  }

  @Test("two pieces of an object in each other's place are seen")
  func swapped() {
    let content = ObjectContent(.random, size: 3 * 4096)
    let tag = ObjectTag(rawValue: 3)
    var bytes = object(content, tag)
    let piece = Array(bytes[4096..<8192])
    bytes.replaceSubrange(4096..<8192, with: bytes[8192...])
    bytes.replaceSubrange(8192..., with: piece)
    #expect(!matches(content, tag, bytes))
  }

  @Test("text is text, and differs from object to object")
  func text() {
    let content = ObjectContent(.text, size: 512)
    let one = object(content, ObjectTag(rawValue: 1))
    let two = object(content, ObjectTag(rawValue: 2))
    #expect(one.dropFirst(8).allSatisfy { $0 == 0x0a || (0x20..<0x7f).contains($0) })
    #expect(String(decoding: one.dropFirst(8), as: UTF8.self).contains("\"sensor\":"))
    #expect(one != two)
  }
}
