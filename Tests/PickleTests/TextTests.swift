import CBOR
import Pickle
import Testing

@Suite("Text and bytes")
struct TextTests {
  @Test(
    "Text and bytes of every opcode",
    arguments: [
      (#"\x8c\x00."#, #""""#), (#"\x8c\x03h\xc3\xbc."#, #""hü""#),
      (#"X\x02\x00\x00\x00hi."#, #""hi""#), (#"X\x04\x00\x00\x00\xf0\x90\x85\x91."#, #""𐅑""#),
      (#"\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi."#, #""hi""#),
      (#"C\x00."#, "h''"), (#"C\x02\x00\xff."#, "h'00ff'"),
      (#"B\x02\x00\x00\x00\x00\xff."#, "h'00ff'"),
      (#"\x8e\x02\x00\x00\x00\x00\x00\x00\x00\x00\xff."#, "h'00ff'"),
      (#"\x96\x02\x00\x00\x00\x00\x00\x00\x00\x00\xff."#, "h'00ff'"),
    ])
  func binary(_ pickle: String, _ expected: String) throws {
    #expect(try decoded(pickle) == expected)
  }

  @Test(
    "Text of protocol 0 is Latin-1 with escapes for the rest",
    arguments: [
      (#"V\n."#, ""), (#"Vab\n."#, "ab"), (#"V\xe9\n."#, "é"), (#"V\\u6c34\n."#, "水"),
      (#"V\\U00010151\n."#, "\u{10151}"), (#"V\\u000a\\u005c\n."#, "\n\\"),
      // A backslash stands for itself before anything but u and U.
      (#"Va\\b\n."#, #"a\b"#), (#"V\\\\u0041\n."#, #"\\u0041"#), (#"Va\\\n."#, #"a\"#),
      (#"V\\x41\n."#, #"\x41"#),
    ])
  func unicode(_ pickle: String, _ expected: String) throws {
    #expect(try PickleDecoder().decode(PickleTests.pickle(pickle)) == .text(expected))
  }

  @Test(
    "Lone surrogates, and other text that is not Unicode, are refused",
    arguments: [
      #"\x8c\x03\xed\xa0\x80."#, #"X\x03\x00\x00\x00\xed\xbf\xbf."#,
      #"\x8d\x03\x00\x00\x00\x00\x00\x00\x00\xed\xb0\x80."#,
      #"\x8c\x06\xed\xa0\xbd\xed\xb8\x80."#, #"V\\ud800\n."#, #"V\\ud83d\\ude00\n."#,
      #"V\\U0000dfff\n."#, #"V\\U00110000\n."#, #"V\\u12\n."#, #"V\\u12g4\n."#, #"V\\U0001015\n."#,
      #"\x8c\x01\xff."#, #"\x8c\x02\xc0\x80."#, #"\x8c\x02\xc3("#,
    ])
  func surrogates(_ pickle: String) {
    // Something else comes first, so that the offset is seen to be of the text.
    let error = failure("N0" + pickle)
    #expect(error?.code == .invalidText)
    #expect(error?.offset == 2)
  }

  @Test(
    "A str of Python 2 is text where it is UTF-8, and bytes where it is not",
    arguments: [
      (#"S'hi'\n."#, #""hi""#), (#"S"it's"\n."#, #""it's""#), (#"S''\n."#, #""""#),
      (#"S'\\x00\\xff'\n."#, "h'00ff'"), (#"S'\\xc3\\xbc'\n."#, #""ü""#),
      (#"S'\\\\\\'\\"'\n."#, #""\\'\"""#),
      (#"S'\\101\\0\\1234\\777'\n."#, "h'41005334ff'"), (#"S'\\q'\n."#, #""\\q""#),
      (#"U\x02hi."#, #""hi""#), (#"U\x02\xff\x00."#, "h'ff00'"),
      (#"T\x02\x00\x00\x00hi."#, #""hi""#), (#"T\x01\x00\x00\x00\x80."#, "h'80'"),
    ])
  func pythonTwo(_ pickle: String, _ expected: String) throws {
    #expect(try decoded(pickle) == expected)
  }

  @Test("Every escape of a string of Python 2 is known") func escapes() throws {
    let bytes = pickle(#"S'\\a\\b\\t\\n\\v\\f\\r'\n."#)
    let expected = "\u{7}\u{8}\t\n\u{b}\u{c}\r"
    #expect(try PickleDecoder().decode(bytes) == .text(expected))
  }

  @Test(
    "A string literal that is none is malformed",
    arguments: [
      #"S\n."#, #"S'\n."#, #"Sab\n."#, #"S'ab"\n."#, #"S'ab\n."#, #"S'\\x4'\n."#, #"S'\\xgg'\n."#,
      #"S'ab\\'\n."#, #"T\xff\xff\xff\xffab."#,
    ])
  func malformedLiteral(_ pickle: String) {
    #expect(failure(pickle)?.code == .malformed)
  }

  @Test(
    "Bytes of the protocols that have no opcode for them",
    arguments: [
      // As Python 3 writes b'\x00\xff' in protocols 0 and 2.
      (#"c_codecs\nencode\np0\n(V\\u0000\xff\np1\nVlatin1\np2\ntp3\nRp4\n."#, "h'00ff'"),
      (
        #"\x80\x02c_codecs\nencode\nq\x00X\x03\x00\x00\x00\x00\xc3\xbfX\x06\x00\x00\x00latin1\x86R."#,
        "h'00ff'"
      ),
      (#"c__builtin__\nbytes\n)R."#, "h''"), (#"cbuiltins\nbytes\n)R."#, "h''"),
      (#"c__builtin__\nbytearray\n)R."#, "h''"),
      (#"cbuiltins\nbytearray\nC\x02ab\x85R."#, "h'6162'"),
      (#"\x8c\x08builtins\x8c\x09bytearray\x93C\x02ab\x85R."#, "h'6162'"),
      // As Python 2 wrote bytearray(b'\xff').
      (#"c__builtin__\nbytearray\n(V\xff\nS'latin-1'\ntR."#, "h'ff'"),
    ])
  func calls(_ pickle: String, _ expected: String) throws {
    #expect(try decoded(pickle) == expected)
  }

  @Test("Text that stands for bytes but is no Latin-1 is malformed")
  func notLatin1() {
    #expect(failure(#"c_codecs\nencode\n(V\\u6c34\nVlatin1\ntR."#)?.code == .malformed)
  }
}
