import CBOR
import Foundation
import Synchronization
import Testing

@Suite("JSON that is read") struct JSONReadingTests {
  @Test(
    "Everything that RFC 8259 allows is read",
    arguments: [
      ("null", "null"), (" \t\r\n true \n", "true"), ("false", "false"), ("\"\"", "\"\""),
      ("0", "0"), ("-0", "0"), ("-1", "-1"), ("10", "10"), ("-0.0", "-0.0"), ("0.0", "0.0"),
      ("1.0", "1.0"), ("1e3", "1000.0"), ("1E+3", "1000.0"), ("1e-3", "0.001"), ("0e0", "0.0"),
      ("123456789012345678", "123456789012345678"), ("1234567890123456789", "1234567890123456789"),
      ("18446744073709551615", "18446744073709551615"),
      ("18446744073709551616", "18446744073709551616"),
      ("-18446744073709551616", "-18446744073709551616"),
      ("-18446744073709551617", "-18446744073709551617"),
      ("1.7976931348623157e308", "1.7976931348623157e+308"), ("5e-324", "5.0e-324"),
      ("0.1", "0.1"), ("[]", "[]"), ("[ ]", "[]"), ("{}", "{}"), ("{ }", "{}"),
      ("[1 ,2,[3]]", "[1, 2, [3]]"),
      (#"{"a":1 , "b" : {"c":[{}]}}"#, #"{"a": 1, "b": {"c": [{}]}}"#),
      (#"{"":0}"#, #"{"": 0}"#), (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\u0008\u000c\n\r\t""#),
      (#""\u00e9\u6c34\ud800\udd51""#, "\"\u{e9}\u{6c34}\u{10151}\""), (#""\u0000""#, #""\u0000""#),
      (#""\uD83D\uDE00""#, "\"\u{1f600}\""), ("\"\u{10ffff}\u{7f}\"", "\"\u{10ffff}\\u007f\""),
      (#""\ufffe\uFFFF""#, "\"\u{fffe}\u{ffff}\""), ("\"\u{2028}\"", #""\u2028""#),
      (
        "{\"e\u{301}\":1,\"\u{e9}\":2}", "{\"e\u{301}\": 1, \"\u{e9}\": 2}"
      ),
    ])
  func reads(_ text: String, _ printed: String) throws {
    #expect(try Value(json: text).diagnosticNotation == printed)
  }

  @Test(
    "What is not JSON is refused, with a place in the text",
    arguments: [
      ("", 0), (" ", 1), ("[", 1), ("]", 0), ("{", 1), ("}", 0), ("[1", 2), ("[1,", 3), ("[1,]", 3),
      ("[,1]", 1), ("[1,,2]", 3), ("[1 2]", 3), ("[1}", 2), (#"{"a":1]"#, 6), ("{1:2}", 1),
      (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), (#"{"a":1 "b":2}"#, 7), (#"{'a':1}"#, 1),
      (#"{"a" 1}"#, 5), (#"{,"a":1}"#, 1), ("1 2", 2), ("[]]", 2), ("tru", 0), ("True", 0),
      ("nul", 0), ("nullx", 4), ("NaN", 0), ("Infinity", 0), ("-Infinity", 1), ("undefined", 0),
      ("+1", 0), ("-", 1), ("--1", 1), ("01", 0), ("-01", 0), ("00", 0), (".5", 0), ("1.", 2),
      ("1.e3", 2), ("1e", 2), ("1e+", 3), ("1.5.", 3), ("0x10", 1), ("1_000", 1), ("- 1", 1),
      ("\u{661}", 0), ("\"", 0), (#""\"#, 1), (#""\x41""#, 1), (#""\u12"#, 1), (#""\u12g4""#, 1),
      (#""\u""#, 1), (#""\u+123""#, 1), (#""\U0041""#, 1), (#""\ud800""#, 1), (#""\udc00""#, 1),
      (#""a\ud800\u0041""#, 2), (#""\ud800\ud800""#, 1), (#""\udc00\udc00""#, 1),
      (#""\ud800\n""#, 1), (#""\u{41}""#, 1),
      (#""\'""#, 1), (#""\0""#, 1), ("\"a\nb\"", 2), ("\"\t\"", 1), ("\"\u{0}\"", 1),
      ("\"\u{1f}\"", 1), ("\u{feff}1", 0), ("1\u{feff}", 1), ("\u{a0}1", 0), ("1\u{c}", 1),
      ("\u{85}1", 0), ("/* */1", 0), ("1//", 1), ("#", 0), ("\u{0}", 0), ("1\u{0}", 1),
      ("\"a\" \"b\"", 4), ("'a'", 0), ("[\"a\",\n\u{2028}\"b\"]", 6), ("<null>", 0),
    ])
  func refuses(_ text: String, _ offset: Int) {
    let error = #expect(throws: CBORError.self) { try Value(json: text) }
    #expect(error?.code == .syntax)
    #expect(error?.offset == offset, "\(String(describing: error))")
  }

  @Test(
    "Bytes that are not UTF-8 are refused, wherever they stand",
    arguments: [
      (hex("22 80 22"), 0), (hex("5b 22 c3 22 5d"), 1), (hex("22 c0 af 22"), 0),
      (hex("22 ed a0 80 22"), 0), (hex("22 f4 90 80 80 22"), 0), (hex("22 e2 82 22"), 0),
      (hex("22 c3 5c 6e a9 22"), 0), (hex("7b 22 ff 22 3a 31 7d"), 1),
    ] as [([UInt8], Int)])
  func invalidText(_ bytes: [UInt8], _ offset: Int) {
    let error = #expect(throws: CBORError.self) { try Value(json: bytes) }
    #expect(error?.code == .invalidUTF8)
    #expect(error?.offset == offset)
  }

  @Test("Bytes that are not UTF-8 outside of strings, and UTF-16, are no JSON")
  func otherEncodings() {
    for bytes in [[0xff], [0x31, 0xff], hex("31 00"), hex("00 31"), hex("fe ff 00 31")] {
      let error = #expect(throws: CBORError.self) { try Value(json: bytes) }
      #expect(error?.code == .syntax)
    }
  }

  @Test("Limits hold for JSON too") func limits() throws {
    func error(_ text: String, _ limits: DecodingLimits = DecodingLimits()) -> CBORError? {
      do throws(CBORError) {
        _ = try Value(json: text, limits: limits)
        return nil
      } catch { return error }
    }
    let deep = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)
    #expect(error(deep)?.code == .depthExceeded)
    #expect(error(deep)?.offset == 512)
    #expect(error(String(deep.dropFirst().dropLast())) == nil)
    let twice = #"{"a":1,"b":[],"\u0061":2}"#
    #expect(error(twice)?.code == .duplicateKey)
    #expect(error(twice)?.offset == 14)
    #expect(error(#"{"a":{"a":1},"b":{"a":1}}"#) == nil)
    #expect(error(twice, DecodingLimits(allowsDuplicateKeys: true)) == nil)
    #expect(error("[1,2,3]", DecodingLimits(items: 3))?.code == .itemsExceeded)
    #expect(error(#"{"a":1}"#, DecodingLimits(items: 2))?.offset == 5)
    #expect(error(#"{"a":1}"#, DecodingLimits(items: 3)) == nil)
  }

  @Test(
    "A number that a float prints with as many digits is that float",
    arguments: [
      ("0.30000000000000004", 0.30000000000000004), ("0.10000000000000001", 0.1),
      ("0.10000000000000000000000000", 0.1), ("100000000000000000000000.0", 1e23), ("1e23", 1e23),
      ("123456789012345.6", 123456789012345.6), ("9007199254740992.0", 9007199254740992),
      ("2.2250738585072014e-308", 2.2250738585072014e-308), ("5e-324", .leastNonzeroMagnitude),
      ("4.9406564584124654e-324", .leastNonzeroMagnitude),
      ("1.7976931348623157e+308", 1.7976931348623157e308),
      ("0.000", 0), ("0e0", 0), ("-0.0", -0.0), ("-0E-9", -0.0), ("1e-99", 1e-99),
      ("0.1e1", 1), ("1.0000000000000002", 1.0000000000000002),
      ("1181238254782928.8", 1181238254782928.75), ("955876816696651.12", 955876816696651.125),
      // In the middle as well, but the even one is nearer to the float below this power of two.
      ("5.960464477539063e-8", 0x1p-24),
    ] as [(String, Double)])
  func floats(_ text: String, _ float: Double) throws {
    #expect(try Value(json: text) == .float(float))
  }

  @Test(
    "A number that no float holds is kept exactly, and written as it was",
    arguments: [
      ("1000000000000000.123", "4([-3, 1000000000000000123])"), ("1e-400", "4([-400, 1])"),
      ("-1e-400", "4([-400, -1])"), ("4.9e-325", "4([-326, 49])"), ("3e-324", "4([-324, 3])"),
      ("1e400", "4([400, 1])"), ("-1.5e309", "4([308, -15])"), ("1E+9999", "4([9999, 1])"),
      ("9007199254740993.0", "4([-1, 90071992547409930])"),
      ("3.14159265358979323846", "4([-20, 314159265358979323846])"),
      ("1.0000000000000001", "4([-16, 10000000000000001])"),
      // In the middle between two numbers of 17 digits: this is not the one that is printed.
      ("1181238254782928.7", "4([-1, 11812382547829287])"),
      ("955876816696651.13", "4([-2, 95587681669665113])"),
      ("0.1234567890123456789", "4([-19, 1234567890123456789])"),
      ("1.00000000000000000000001", "4([-23, 100000000000000000000001])"),
      ("12345678901234567890.5e1", "123456789012345678905"),
      ("123456789012345678e-1", "4([-1, 123456789012345678])"),
      ("1.00000000000000000001e-300", "4([-320, 100000000000000000001])"),
    ])
  func decimals(_ text: String, _ diagnostic: String) throws {
    let value = try Value(json: text)
    #expect(value.diagnosticNotation == diagnostic)
    let json = value.json()
    #expect(try Value(json: json.text) == value)
    #expect(json.losses.map(\.kind) == [.precision], "most readers round it")
    let written = try #require(Double(text))
    #expect(Double(json.text) == written)
  }

  @Test(
    "A float stands for 16 or 17 digits when printf gives them, which is exact",
    arguments: [-4...0, -24...5, -320...290])
  func roundings(_ exponents: ClosedRange<Int>) throws {
    var generator = SeededGenerator(seed: 17)
    var wrong: [String] = []
    var kept = 0
    for _ in 0..<10_000 {
      let length: UInt64 = generator.next().isMultiple(of: 2) ? 1 : 10
      let least: UInt64 = 1_000_000_000_000_000 * length
      var mantissa = UInt64.random(in: least..<(least * 10), using: &generator)
      // Zeros at the end are not significant.
      if mantissa.isMultiple(of: 10) { mantissa += 1 }
      let exponent = Int.random(in: exponents, using: &generator)
      let text = "\(mantissa)e\(exponent)"
      guard let float = Double(text), float.isFinite, float != 0 else { continue }
      let digits = String(mantissa)
      let printed = String(format: "%.\(digits.count - 1)e", float)
      let isSame = printed.prefix { $0 != "e" }.filter(\.isNumber) == digits
      let value = try Value(json: text)
      if (value == .float(float)) != isSame {
        wrong.append("\(text), which is printed as \(printed)")
      }
      if !isSame { kept += 1 }
      // Written out, where that is how the digits are read without an exponent.
      guard (-16...(-1)).contains(exponent) else { continue }
      let places = digits.count + exponent
      let plain =
        places > 0
        ? "\(digits.prefix(places)).\(digits.dropFirst(places))"
        : "0." + String(repeating: "0", count: -places) + digits
      if try Value(json: plain) != value { wrong.append(plain) }
    }
    #expect(wrong == [])
    #expect(kept > 500)
  }

  @Test("Numbers are as large as they like, up to 4,300 digits and exponents up to 10^18")
  func numbers() throws {
    let digits = "1" + String(repeating: "0", count: 4298) + "7"
    let value = try Value(json: "-" + digits)
    #expect(value.bigInteger == BigInteger("-" + digits))
    #expect(value.bigInteger?.description == "-" + digits)
    for exponent in ["e-20", "e5", "e-1000000000000000000", "e1000000000000000000"] {
      let decimal = try Value(json: "-" + digits + exponent)
      #expect(try Value(json: decimal.json().text) == decimal)
    }
    for text in [
      digits + "00", "0." + digits, digits + ".0", "[1e1000000000000000001]",
      "1e99999999999999999999", "1e-99999999999999999999",
    ] {
      let error = #expect(throws: CBORError.self) { try Value(json: text) }
      #expect(error?.code == .outOfRange, "\(text.prefix(20))")
      #expect(error?.offset == (text.hasPrefix("[") ? 1 : 0))
    }
  }

  @Test("Deep text is read and written on a small stack", arguments: ["[", "{\"a\":"])
  func smallStack(_ opening: String) {
    let depth = 100_000
    let text =
      String(repeating: opening, count: depth) + "0"
      + String(repeating: opening == "[" ? "]" : "}", count: depth)
    let survived = Mutex(false)
    onSmallStack {
      guard let value = try? Value(json: text, limits: DecodingLimits(depth: depth)) else { return }
      let isSame = value.json().text == text
      survived.withLock { $0 = isSame }
    }
    #expect(survived.withLock { $0 })
  }

  @Test("Text that is cut anywhere is an error, and never a trap") func truncation() throws {
    let text = Array(#"{"a":[1,-2.5e+3,"\ud83d\ude00é",true,null],"b":{"c":false}}"#.utf8)
    _ = try Value(json: text)
    for count in text.indices {
      #expect(throws: CBORError.self) { try Value(json: Array(text[..<count])) }
    }
  }
}
