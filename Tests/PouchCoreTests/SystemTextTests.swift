import PouchCore
import Testing

@Suite("Bytes of the system as text") struct SystemTextTests {
  @Test("every byte string is a text of its own, and comes back from it")
  func roundTrip() {
    // Pieces that are UTF-8, that are not, and the noncharacters that stand for bytes.
    let pieces: [[UInt8]] = [
      [], Array("x/é".utf8), [0xff], [0xe9], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
      [0xc0, 0x80], [0xef, 0xb7], [0xef, 0xb7, 0x90], [0xef, 0xb7, 0x9f, 0xef, 0xb7, 0xaf],
      Array("\u{fffd}\u{10ffff}".utf8),
    ]
    var texts: [[UInt8]: [UInt8]] = [:]
    for one in pieces {
      for two in pieces {
        for three in pieces {
          let bytes = one + two + three
          let text = SystemText.text(bytes)
          #expect(SystemText.bytes(text) == bytes)
          #expect(SystemText.isUTF8(text) == (Array(text.utf8) == bytes))
          let before = texts.updateValue(bytes, forKey: Array(text.utf8))
          #expect(before == nil || before == bytes)
        }
      }
    }
  }

  @Test("text stays as it is, and people read other bytes in octal")
  func readable() {
    for text in ["", "x", "é\u{301}", "日本", "\u{fe0f}", "a\\377"] {
      #expect(SystemText.text(text.utf8) == text)
      #expect(SystemText.readable(text) == text)
    }
    #expect(SystemText.readable(SystemText.text([0x78, 0xff, 0xc3, 0xa9, 0x80])) == "x\\377é\\200")
    #expect(
      PouchError(.usage, "no '\(SystemText.text([0xe9]))'", cause: "c").description
        == "no '\\351': c")
  }

  @Test("a path leads to the bytes that it stands for")
  func paths() {
    let bytes: [UInt8] = [0x2f, 0xff, 0x2e]
    let text = SystemText.text(bytes)
    #expect(text.withSystemPath { String(cString: $0).utf8.count } == 5)
    #expect(text.systemLength == 3)
  }

  @Test("a socket's path is as long as its bytes, and its slashes are bytes")
  func endpoints() throws {
    let name = SystemText.text(Array(repeating: 0xff, count: 107))
    #expect(try Endpoint("unix:@\(name)").address == .name(name))
    #expect(throws: PouchError.self) { try Endpoint("unix:\(name)x") }
    // An accent makes one character of itself and what stands before it.
    for path in ["/\u{301}x", "\u{301}x", "a/\u{301}"] {
      let endpoint = try Endpoint("unix:\(path)")
      #expect(endpoint.address == .path(path))
      #expect(try Endpoint(endpoint.description) == endpoint)
    }
  }

  @Test("the name of an object is text, or bytes that are none")
  func names() throws {
    for bytes: [UInt8] in [
      [0x78], [0x78, 0xff], [0xef, 0xb7, 0x9f, 0xef, 0xb7, 0xaf], [0xc3, 0xa9],
    ] {
      let attributes = Attributes(name: SystemText.text(bytes))
      let encoded = try #require(try attributes.encoded())
      let name = try #require(try Attributes(reading: encoded).name)
      #expect(SystemText.bytes(name) == bytes)
      // {"name": …}: a text string where it is UTF-8, a byte string otherwise.
      let isText = String(validating: bytes, as: UTF8.self) != nil
      #expect(encoded.array[6] >> 5 == (isText ? 3 : 2))
    }
  }
}
