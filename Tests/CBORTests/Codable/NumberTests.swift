import CBOR
import Testing

@Suite struct NumberTests {
  private func limits<T: FixedWidthInteger & Codable & Sendable>(_ type: T.Type) throws {
    for value in [T.min, T.max, 0, 1, 23, 24, 100, T.max / 2, T.max / 3, T.min / 2] {
      try expectRoundTrip(value, "\(value)")
      if T.self != UInt8.self { try expectRoundTrip([value], "[\(value)]") }
      try expectRoundTrip(["k": value], #"{"k": \#(value)}"#)
      try expectRoundTrip(Optional(value), "\(value)")
    }
  }

  @Test("Integers of every width reach their limits") func everyWidth() throws {
    try limits(Int8.self)
    try limits(Int16.self)
    try limits(Int32.self)
    try limits(Int64.self)
    try limits(Int.self)
    try limits(Int128.self)
    try limits(UInt8.self)
    try limits(UInt16.self)
    try limits(UInt32.self)
    try limits(UInt64.self)
    try limits(UInt.self)
    try limits(UInt128.self)
  }

  private func refuses<T: Decodable>(
    _ type: T.Type, _ notation: String, _ code: CBORError.Code = .outOfRange
  ) throws {
    let bytes = try Value(diagnostic: notation).encoded()
    let error = #expect(throws: CBORError.self, "\(type) of \(notation)") {
      try CBORDecoder().decode(type, from: bytes)
    }
    #expect(error?.code == code)
    #expect(error?.offset == 0)
  }

  @Test("A number that does not fit is refused") func narrowing() throws {
    try refuses(Int8.self, "128")
    try refuses(Int8.self, "-129")
    try refuses(UInt8.self, "256")
    try refuses(UInt8.self, "-1")
    try refuses(UInt64.self, "-1")
    try refuses(Int.self, "9223372036854775808")
    try refuses(Int.self, "-9223372036854775809")
    try refuses(UInt.self, "18446744073709551616")
    try refuses(UInt128.self, "340282366920938463463374607431768211456")
    try refuses(UInt128.self, "-1")
    try refuses(Int128.self, "170141183460469231731687303715884105728")
    try refuses(Int128.self, "-170141183460469231731687303715884105729")
    try refuses(Float.self, "0.1")
    try refuses(Float.self, "1e300")
    try refuses(Float.self, "16777217")
    try refuses(Double.self, "9007199254740993")
    try refuses(Double.self, "4([400, 1])")
    try refuses(Double.self, "4([-400, 1])")
    try refuses(Float.self, "4([-50, 1])")
    try refuses(Double.self, "4([1])", .invalidValue)
  }

  @Test("A float never becomes an integer, nor text a number") func mismatches() throws {
    try refuses(Int.self, "1.0", .typeMismatch)
    try refuses(Int.self, #""1""#, .typeMismatch)
    try refuses(Double.self, #""1""#, .typeMismatch)
    try refuses(Double.self, "true", .typeMismatch)
    try refuses(Bool.self, "1", .typeMismatch)
    try refuses(String.self, "h'61'", .typeMismatch)
    try refuses(String.self, "1", .typeMismatch)
    try refuses([Int].self, "{}", .typeMismatch)
    try refuses([String: Int].self, "[]", .typeMismatch)
    try refuses(Int.self, "null", .valueNotFound)
    try refuses(Int.self, "undefined", .valueNotFound)
  }

  @Test("Numbers are converted where nothing is lost") func widening() throws {
    func decode<T: Decodable>(_ notation: String) throws -> T {
      try CBORDecoder().decode(T.self, from: Value(diagnostic: notation).encoded())
    }
    #expect(try decode("1") as Double == 1)
    #expect(try decode("-3") as Float == -3)
    #expect(try decode("18446744073709551616") as Double == 0x1p64)
    #expect(try decode("0.5") as Float == 0.5)
    // Hardly any decimal fraction is a float.
    #expect(try decode("4([-1, 1])") as Float == 0.1)
    #expect(try decode("4([-3, 1000000000000000123])") as Double == 1000000000000000.125)
    #expect(try decode("[4([2, -3]), 0.5, 4([-400, 0])]") as [Double] == [-300, 0.5, 0])
    #expect(try (decode("NaN") as Float).isNaN)
    #expect(try decode("2(h'0005')") as Int8 == 5)
    #expect(try decode("3(h'')") as Int == -1)
    #expect(try decode("2(h'ffffffffffffffff')") as UInt64 == .max)
    #expect(try decode("99(98(7))") as Int == 7)
    #expect(try decode(#"99("x")"#) as String == "x")
    #expect(try decode("99(true)") as Bool)
    #expect(try decode("99([99(1.5)])") as [Double] == [1.5])
    #expect(try decode(#"55799({"a": 1})"#) as [String: Int] == ["a": 1])
    #expect(try decode("(_ h'01', h'0203')") as [UInt8] == [1, 2, 3])
  }

  @Test("Floats take their shortest form and keep their sign")
  func floats() throws {
    func encoded(_ value: some Encodable) throws -> String { try hex(CBOREncoder().encode(value)) }
    #expect(try encoded(1.0) == "f93c00")
    #expect(try encoded(-0.0) == "f98000")
    #expect(try encoded(Double.nan) == "f97e00")
    #expect(try encoded(-Double.nan) == "f97e00")
    #expect(try encoded(Float.nan) == "f97e00")
    #expect(try encoded(Double(nan: 5, signaling: false)) == "f97e00")
    #expect(try encoded(Float.infinity) == "f97c00")
    #expect(try encoded(Float(0.1)) == "fa3dcccccd")
    #expect(try encoded(0.1) == "fb3fb999999999999a")
    #expect(try encoded([1.0, 100000.0, 1.1]) == "83f93c00fa47c35000fb3ff199999999999a")
    #expect(try encoded(["x": Float(1.5)]) == "a16178f93e00")
    #expect(try encoded(0x1p-24) == "f90001")
    #expect(try encoded(0x1p-25) == "fa33000000")
    #expect(try encoded(65504.0) == "f97bff")
    #expect(try encoded(65505.0) == "fa477fe100")
    #expect(try encoded(Double.leastNonzeroMagnitude) == "fb0000000000000001")
    #expect(try encoded(Double(Float.leastNonzeroMagnitude)) == "fa00000001")
  }

  @Test(
    "Integers of any size are carried and converted",
    arguments: [
      "0", "-1", "18446744073709551615", "18446744073709551616", "-18446744073709551616",
      "-18446744073709551617", "1000000000", "999999999", "1000000000000000000000000000",
      "-340282366920938463463374607431768211456", "-256", "-257", "-65536",
      "123456789012345678901234567890123456789012345678901234567890",
    ])
  func bigIntegers(_ digits: String) throws {
    let integer = try #require(BigInteger(digits))
    #expect(integer.description == digits)
    #expect(Value(integer).bigInteger == integer)
    #expect(Value(integer).diagnosticNotation == digits)
    try expectRoundTrip(integer, digits)
    if let small = Int128(digits) {
      #expect(integer.int128 == small)
      #expect(BigInteger(small) == integer)
      #expect(Value(small) == Value(integer))
      #expect(Value(small).wideInteger == small)
    } else {
      #expect(integer.int128 == nil)
    }
  }

  @Test("Digits that are none are no integer", arguments: ["", "-", "1a", "+1", " 1", "1.0"])
  func noIntegers(_ text: String) { #expect(BigInteger(text) == nil) }
}
