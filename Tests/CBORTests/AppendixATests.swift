import CBOR
import Testing

/// A row of RFC 8949, Appendix A.
struct Example: Sendable, CustomTestStringConvertible {
  let bytes: String
  let value: Value
  /// What the value encodes to where that is not the row's own bytes.
  let preferred: String
  let diagnostic: String

  init(_ bytes: String, _ value: Value, _ diagnostic: String, preferred: String? = nil) {
    self.bytes = bytes
    self.value = value
    self.diagnostic = diagnostic
    self.preferred = preferred ?? bytes
  }

  var testDescription: String { bytes }
}

private let letters: Value = ["a": "A", "b": "B", "c": "C", "d": "D", "e": "E"]
private let countTo25 = Value.array((1...25).map { Value($0) })
private let countTo25Bytes = "98190102030405060708090a0b0c0d0e0f101112131415161718181819"
private let nan = Value.float(.nan)

let appendixA: [Example] = [
  Example("00", 0, "0"),
  Example("01", 1, "1"),
  Example("0a", 10, "10"),
  Example("17", 23, "23"),
  Example("1818", 24, "24"),
  Example("1819", 25, "25"),
  Example("1864", 100, "100"),
  Example("1903e8", 1000, "1000"),
  Example("1a000f4240", 1_000_000, "1000000"),
  Example("1b000000e8d4a51000", 1_000_000_000_000, "1000000000000"),
  Example("1bffffffffffffffff", 18_446_744_073_709_551_615, "18446744073709551615"),
  Example(
    "c249010000000000000000", 18_446_744_073_709_551_616, "18446744073709551616"),
  Example("3bffffffffffffffff", -18_446_744_073_709_551_616, "-18446744073709551616"),
  Example(
    "c349010000000000000000", -18_446_744_073_709_551_617, "-18446744073709551617"),
  Example("20", -1, "-1"),
  Example("29", -10, "-10"),
  Example("3863", -100, "-100"),
  Example("3903e7", -1000, "-1000"),
  Example("f90000", 0.0, "0.0"),
  Example("f98000", .float(-0.0), "-0.0"),
  Example("f93c00", 1.0, "1.0"),
  Example("fb3ff199999999999a", 1.1, "1.1"),
  Example("f93e00", 1.5, "1.5"),
  Example("f97bff", 65504.0, "65504.0"),
  Example("fa47c35000", 100000.0, "100000.0"),
  Example("fa7f7fffff", 3.4028234663852886e+38, "3.4028234663852886e+38"),
  Example("fb7e37e43c8800759c", 1.0e+300, "1.0e+300"),
  Example("f90001", 5.960464477539063e-8, "5.960464477539063e-8"),
  Example("f90400", 0.00006103515625, "6.103515625e-5"),
  Example("f9c400", -4.0, "-4.0"),
  Example("fbc010666666666666", -4.1, "-4.1"),
  Example("f97c00", .float(.infinity), "Infinity"),
  Example("f97e00", nan, "NaN"),
  Example("f9fc00", .float(-.infinity), "-Infinity"),
  Example("fa7f800000", .float(.infinity), "Infinity", preferred: "f97c00"),
  Example("fa7fc00000", nan, "NaN", preferred: "f97e00"),
  Example("faff800000", .float(-.infinity), "-Infinity", preferred: "f9fc00"),
  Example("fb7ff0000000000000", .float(.infinity), "Infinity", preferred: "f97c00"),
  Example("fb7ff8000000000000", nan, "NaN", preferred: "f97e00"),
  Example("fbfff0000000000000", .float(-.infinity), "-Infinity", preferred: "f9fc00"),
  Example("f4", false, "false"),
  Example("f5", true, "true"),
  Example("f6", .null, "null"),
  Example("f7", .undefined, "undefined"),
  Example("f0", .simple(16), "simple(16)"),
  Example("f8ff", .simple(255), "simple(255)"),
  Example(
    "c074323031332d30332d32315432303a30343a30305a", .tagged(0, "2013-03-21T20:04:00Z"),
    #"0("2013-03-21T20:04:00Z")"#),
  Example("c11a514b67b0", .tagged(1, 1_363_896_240), "1(1363896240)"),
  Example("c1fb41d452d9ec200000", .tagged(1, 1_363_896_240.5), "1(1363896240.5)"),
  Example("d74401020304", .tagged(23, .bytes([1, 2, 3, 4])), "23(h'01020304')"),
  Example(
    "d818456449455446", .tagged(24, .bytes(hex("6449455446"))), "24(h'6449455446')"),
  Example(
    "d82076687474703a2f2f7777772e6578616d706c652e636f6d", .tagged(32, "http://www.example.com"),
    #"32("http://www.example.com")"#),
  Example("40", .bytes([]), "h''"),
  Example("4401020304", .bytes([1, 2, 3, 4]), "h'01020304'"),
  Example("60", "", #""""#),
  Example("6161", "a", #""a""#),
  Example("6449455446", "IETF", #""IETF""#),
  Example("62225c", "\"\\", #""\"\\""#),
  Example("62c3bc", "\u{fc}", "\"\u{fc}\""),
  Example("63e6b0b4", "\u{6c34}", "\"\u{6c34}\""),
  Example("64f0908591", "\u{10151}", "\"\u{10151}\""),
  Example("80", [], "[]"),
  Example("83010203", [1, 2, 3], "[1, 2, 3]"),
  Example("8301820203820405", [1, [2, 3], [4, 5]], "[1, [2, 3], [4, 5]]"),
  Example(
    countTo25Bytes, countTo25, "[\((1...25).map(String.init).joined(separator: ", "))]"),
  Example("a0", [:], "{}"),
  Example("a201020304", [1: 2, 3: 4], "{1: 2, 3: 4}"),
  Example("a26161016162820203", ["a": 1, "b": [2, 3]], #"{"a": 1, "b": [2, 3]}"#),
  Example("826161a161626163", ["a", ["b": "c"]], #"["a", {"b": "c"}]"#),
  Example(
    "a56161614161626142616361436164614461656145", letters,
    #"{"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}"#),
  Example(
    "5f42010243030405ff", .bytes([1, 2, 3, 4, 5]), "h'0102030405'", preferred: "450102030405"),
  Example(
    "7f657374726561646d696e67ff", "streaming", #""streaming""#,
    preferred: "6973747265616d696e67"),
  Example("9fff", [], "[]", preferred: "80"),
  Example(
    "9f018202039f0405ffff", [1, [2, 3], [4, 5]], "[1, [2, 3], [4, 5]]",
    preferred: "8301820203820405"),
  Example(
    "9f01820203820405ff", [1, [2, 3], [4, 5]], "[1, [2, 3], [4, 5]]",
    preferred: "8301820203820405"),
  Example(
    "83018202039f0405ff", [1, [2, 3], [4, 5]], "[1, [2, 3], [4, 5]]",
    preferred: "8301820203820405"),
  Example(
    "83019f0203ff820405", [1, [2, 3], [4, 5]], "[1, [2, 3], [4, 5]]",
    preferred: "8301820203820405"),
  Example(
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", countTo25,
    "[\((1...25).map(String.init).joined(separator: ", "))]", preferred: countTo25Bytes),
  Example(
    "bf61610161629f0203ffff", ["a": 1, "b": [2, 3]], #"{"a": 1, "b": [2, 3]}"#,
    preferred: "a26161016162820203"),
  Example(
    "826161bf61626163ff", ["a", ["b": "c"]], #"["a", {"b": "c"}]"#,
    preferred: "826161a161626163"),
  Example(
    "bf6346756ef563416d7421ff", ["Fun": true, "Amt": -2], #"{"Fun": true, "Amt": -2}"#,
    preferred: "a26346756ef563416d7421"),
]

@Suite struct AppendixATests {
  @Test("Every row decodes to its value", arguments: appendixA)
  func decodes(_ example: Example) throws {
    #expect(try Value(decoding: hex(example.bytes)) == example.value)
  }

  @Test("Every value encodes to its row in the preferred serialization", arguments: appendixA)
  func encodes(_ example: Example) {
    #expect(hex(example.value.encoded()) == example.preferred)
  }

  @Test("Every value prints as the notation of its row", arguments: appendixA)
  func prints(_ example: Example) {
    #expect(example.value.diagnosticNotation == example.diagnostic)
  }

  @Test("Every notation reads as its value", arguments: appendixA)
  func reads(_ example: Example) throws {
    #expect(try Value(diagnostic: example.diagnostic) == example.value)
  }

  @Test("Every row cut short is refused as truncated", arguments: appendixA)
  func truncated(_ example: Example) throws {
    let bytes = hex(example.bytes)
    for length in 0..<bytes.count {
      let error = #expect(throws: CBORError.self) {
        try Value(decoding: Array(bytes[..<length]))
      }
      #expect(error?.code == .truncated || error?.code == .invalidUTF8)
    }
  }

  @Test("Every row with a byte behind it is refused", arguments: appendixA)
  func trailing(_ example: Example) throws {
    let bytes = hex(example.bytes)
    let error = #expect(throws: CBORError.self) { try Value(decoding: bytes + [0]) }
    #expect(error?.code == .trailingBytes)
    #expect(error?.offset == bytes.count)
  }

  @Test("Every row with any one byte changed decodes or is refused", arguments: appendixA)
  func mutated(_ example: Example) throws {
    let bytes = hex(example.bytes)
    for position in bytes.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = bytes
        changed[position] = byte
        guard let value = try? Value(decoding: changed) else { continue }
        if try Value(decoding: value.encoded()) != value { Issue.record("\(hex(changed))") }
      }
    }
  }
}
