import CBOR
import Testing

@Suite struct DiagnosticTests {
  @Test(
    "Everything that people type is read",
    arguments: [
      (#" { 1 : "hi" , 2 : "there" , } "#, #"{1: "hi", 2: "there"}"#), ("[1,2,]", "[1, 2]"),
      ("[]", "[]"), ("{}", "{}"), ("[_ ]", "[]"), ("{_ }", "{}"), ("[_ 1, [_ ]]", "[1, []]"),
      ("/ a comment / [1, / another / 2] # the rest", "[1, 2]"), ("1 // to the end\n", "1"),
      ("0x10", "16"), ("-0x10", "-16"), ("0b101", "5"), ("0o17", "15"), ("+5", "5"),
      ("0xffffffffffffffffff", "4722366482869645213695"), ("0x1.8p1", "3.0"), ("1.5e3", "1500.0"),
      ("1e3", "1000.0"), ("-0.0", "-0.0"), ("-Infinity", "-Infinity"), ("Infinity_2", "Infinity"),
      ("1_3", "1"), ("1.5_1", "1.5"), (#""a"_0"#, #""a""#), ("h''", "h''"),
      ("h'01 02\n0A'", "h'01020a'"), ("h'01 / two / 02'", "h'0102'"), ("b64'AQID'", "h'010203'"),
      ("b64'AQ=='", "h'01'"), ("b64'-_8'", "h'fbff'"), ("b64'+/8'", "h'fbff'"), ("b64''", "h''"),
      ("b32'MFRGG==='", "h'616263'"), ("h32'C5H66'", "h'616263'"), ("'abc'", "h'616263'"),
      (#"'it\'s'"#, "h'69742773'"), ("<<1, 2>>", "h'0102'"), ("<< >>", "h''"),
      (#"<<"a">>"#, "h'6161'"), (#""a" "b""#, #""ab""#), ("h'01' h'02'", "h'0102'"),
      (#"(_ "a", "b")"#, #""ab""#), ("(_ h'01', 'a')", "h'0161'"), ("(_ )", "h''"),
      ("1(2)", "1(2)"), ("1( 2( [3] ) )", "1(2([3]))"), ("1_2(3)", "1(3)"),
      ("simple(99)", "simple(99)"), ("simple(20)", "false"), ("undefined", "undefined"),
      (#""\u00fc\ud800\udd51\u{6c34}\n\t\/\"""#, "\"\u{fc}\u{10151}\u{6c34}\\n\\t/\\\"\""),
      ("{[1]: {}, {}: []}", "{[1]: {}, {}: []}"), ("2(h'01')", "2(h'01')"),
      ("3(h'00ffffffffffffffffff')", "3(h'00ffffffffffffffffff')"),
    ])
  func reads(_ text: String, _ printed: String) throws {
    #expect(try Value(diagnostic: text).diagnosticNotation == printed)
  }

  @Test(
    "What is not the notation is refused, with a place in the text",
    arguments: [
      ("", 0), ("[", 1), ("[1", 2), ("[1 2]", 3), ("[,]", 1), ("{1}", 2), ("{1: }", 4),
      ("{1: 2", 5),
      ("{1:: 2}", 3), ("1 2", 2), ("]", 0), ("tru", 0), ("\"a", 0), ("'a", 0), ("h'0", 0),
      ("h'0'", 0), ("h'0g'", 0), ("b64'A'", 0), ("b64'A!'", 0), ("(1)", 1), ("(_ 1)", 0),
      (#"(_ "a", h'00')"#, 0), ("1(2", 3), ("1(2, 3)", 3), ("1()", 2), ("-1(2)", 2), ("1.5(2)", 3),
      ("simple(24)", 0), ("simple(256)", 0), ("simple(x)", 7), ("<<1>", 3), ("/ x", 0), ("0x", 0),
      ("0b2", 0),
      ("1e", 0), ("1e999", 0), ("--1", 0), (#""\x""#, 1), (#""\u12""#, 1), (#""\ud800""#, 1),
      (#""\ud800\u0041""#, 1), (#""\u{110000}""#, 1), ("[1]]", 3), ("nul", 0), ("1__2", 2),
      ("\"\u{6c34}\" x", 6), ("&", 0),
    ])
  func refuses(_ text: String, _ offset: Int) throws {
    let error = #expect(throws: CBORError.self) { try Value(diagnostic: text) }
    #expect(error?.code == .syntax)
    #expect(error?.offset == offset)
  }

  @Test(
    "A float that is not what is written is refused, with what to write",
    arguments: [
      ("1000000000000000.123", "a decimal fraction"), ("1e-400", "a decimal fraction"),
      ("-3.14159265358979323846", "a decimal fraction"), ("3e-324", "a decimal fraction"),
      ("0x1.00000000000001p0", "fewer bits"), ("0x1p-1075", "fewer bits"),
      ("0x1.8p-1074", "fewer bits"), ("0x20000000000001p0", "fewer bits"),
    ])
  func inexact(_ text: String, _ remedy: String) {
    let error = #expect(throws: CBORError.self) { try Value(diagnostic: "[1, \(text)]") }
    #expect(error?.code == .syntax)
    #expect(error?.offset == 4)
    #expect(error?.message.hasPrefix("no float of 64 bits holds \(text); write \(remedy)") == true)
  }

  @Test("Floats of any size are read as they are printed") func floats() throws {
    for text in [
      "0.0", "-0.0", "5.0e-324", "1.7976931348623157e+308", "0.30000000000000004", "1.0e+23",
    ] {
      #expect(try Value(diagnostic: text).diagnosticNotation == text)
    }
    #expect(try Value(diagnostic: "0x1.fffffffffffffp1023") == .float(.greatestFiniteMagnitude))
    #expect(try Value(diagnostic: "0x1p-1074") == .float(.leastNonzeroMagnitude))
    #expect(try Value(diagnostic: "0x0.0p0") == .float(0))
    #expect(try Value(diagnostic: "0x10000000000000000000.p0") == .float(0x1p76))
  }

  @Test("Limits hold for text too") func limits() throws {
    func code(_ text: String, _ limits: DecodingLimits = DecodingLimits()) -> CBORError.Code? {
      do {
        _ = try Value(diagnostic: text, limits: limits)
        return nil
      } catch { return error.code }
    }
    let deep = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)
    #expect(code(deep) == .depthExceeded)
    #expect(code(String(deep.dropFirst().dropLast())) == nil)
    #expect(code("{1: 2, 0x1: 3}") == .duplicateKey)
    #expect(code("{1: 2, 1: 3}", DecodingLimits(allowsDuplicateKeys: true)) == nil)
    #expect(code("[1, 2, 3]", DecodingLimits(items: 3)) == .itemsExceeded)
    #expect(code(String(repeating: "9", count: 4301)) == .syntax)
    #expect(code(String(repeating: "9", count: 4300)) == nil)
  }

  @Test("Controls are escaped, other characters are not") func escapes() throws {
    let text = "\u{0}\u{1f}\u{7f}\u{2028}\u{e9}\u{1f600}"
    #expect(
      Value(text).diagnosticNotation
        == #""\u0000\u001f\u007f\u2028"# + "\u{e9}\u{1f600}\"")
    #expect(try Value(diagnostic: Value(text).diagnosticNotation) == .text(text))
    #expect("\([1: "hi"] as Value)" == #"{1: "hi"}"#)
  }
}
