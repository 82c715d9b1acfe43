import CBOR
import FoundationEssentials
import Testing

@Suite struct FoundationTests {
  struct Everything: Codable, Equatable {
    var data: Data
    var date: Date
    var id: UUID
    var url: URL
    var price: Decimal
    var dates: [Date]
    var byID: [UUID: Int]
  }

  @Test("Foundation's types travel under their tags") func everything() throws {
    let id = try #require(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"))
    let url = try #require(URL(string: "https://example.com/a?b=c"))
    let price = try #require(Decimal(string: "-12.34"))
    let value = Everything(
      data: Data([1, 2, 3]), date: Date(timeIntervalSince1970: 1_363_896_240.5), id: id, url: url,
      price: price, dates: [Date(timeIntervalSince1970: -1)], byID: [id: 1])
    try expectRoundTrip(
      value,
      """
      {"data": h'010203', "date": 1(1363896240.5), "id": 37(h'00112233445566778899aabbccddeeff'),
       "url": 32("https://example.com/a?b=c"), "price": 4([-2, -1234]), "dates": [1(-1)],
       "byID": {37(h'00112233445566778899aabbccddeeff'): 1}}
      """)
  }

  @Test(
    "Dates are read from every tag for them",
    arguments: [
      (#"0("2013-03-21T20:04:00Z")"#, 1_363_896_240.0),
      (#"0("2013-03-21T20:04:00.25+01:30")"#, 1_363_890_840.25),
      (#"0("1969-12-31t23:59:59-00:00")"#, -1), (#"0("2000-02-29 00:00:00z")"#, 951_782_400),
      (#"0("0000-03-01T00:00:00Z")"#, -62_162_035_200),
      (#"0("9999-12-31T23:59:60Z")"#, 253_402_300_800),
      ("1(1363896240)", 1_363_896_240), ("1(-1.5)", -1.5), ("1(0)", 0),
      ("1001({1: 100, -3: 250})", 100.25), ("1001({1: 1.5})", 1.5),
      ("1001({1: 7, -9: 500000000, -1: 0})", 7.5),
    ])
  func dates(_ notation: String, _ seconds: Double) throws {
    let bytes = try Value(diagnostic: notation).encoded()
    #expect(try CBORDecoder().decode(Date.self, from: bytes).timeIntervalSince1970 == seconds)
  }

  @Test(
    "What is no date is refused",
    arguments: [
      #"0("2013-02-29T00:00:00Z")"#, #"0("2013-13-01T00:00:00Z")"#, #"0("2013-01-01T24:00:00Z")"#,
      #"0("2013-01-01")"#, #"0("2013-01-01T00:00:00")"#, #"0("2013-01-01T00:00:00Zx")"#,
      #"0("2013-01-01T00:00:00.Z")"#, #"0("x")"#, #"0("")"#, "0(5)", "1(NaN)", "1(Infinity)",
      #"1("5")"#, "5", "1001({2: 3})", "1001([])", "null",
    ])
  func noDates(_ notation: String) throws {
    let bytes = try Value(diagnostic: notation).encoded()
    #expect(throws: CBORError.self) { try CBORDecoder().decode(Date.self, from: bytes) }
  }

  @Test(
    "Decimals keep every digit",
    arguments: [
      "0", "1", "-1", "273.15", "0.1", "12345678901234567890.123456789",
      "340282366920938463463374607431768211455", "0.00000000000000000000000001", "5e100", "-7e-100",
    ])
  func decimals(_ digits: String) throws {
    let value = try #require(Decimal(string: digits))
    let bytes = try CBOREncoder().encode(value)
    #expect(try CBORDecoder().decode(Decimal.self, from: bytes) == value)
  }

  @Test("Decimals are read from fractions and integers") func decimalForms() throws {
    func decode(_ notation: String) throws -> Decimal {
      try CBORDecoder().decode(Decimal.self, from: Value(diagnostic: notation).encoded())
    }
    #expect(try decode("4([-2, 27315])") == Decimal(string: "273.15"))
    #expect(try decode("5") == 5)
    #expect(try decode("-5") == -5)
    #expect(try decode("18446744073709551616") == Decimal(string: "18446744073709551616"))
    for refused in [
      "1.5", #""1.5""#, "4([1])", "4([1, 2, 3])", "4([1000, 1])", "4([1.5, 1])", "4(5)",
      "4([0, 340282366920938463463374607431768211456])", "5([1, 2])",
    ] {
      #expect(throws: CBORError.self, "\(refused)") { try decode(refused) }
    }
    #expect(throws: CBORError.self) { try CBOREncoder().encode(Decimal.nan) }
  }

  @Test("Identifiers of a wrong form are refused") func identifiers() throws {
    func decode<T: Decodable>(_ type: T.Type, _ notation: String) throws -> T {
      try CBORDecoder().decode(type, from: Value(diagnostic: notation).encoded())
    }
    #expect(throws: CBORError.self) { try decode(UUID.self, "37(h'00')") }
    #expect(throws: CBORError.self) { try decode(UUID.self, #""x""#) }
    #expect(throws: CBORError.self) { try decode(UUID.self, "5") }
    #expect(throws: CBORError.self) { try decode(URL.self, #"32("")"#) }
    #expect(throws: CBORError.self) { try decode(URL.self, "32(5)") }
    let id = UUID()
    #expect(try decode(UUID.self, "\"\(id.uuidString)\"") == id)
    #expect(try decode(Data.self, "[1, 2]") == Data([1, 2]))
    #expect(try decode(Data.self, "(_ h'01', h'02')") == Data([1, 2]))
  }

  @Test("Data is decoded from, slices included") func fromData() throws {
    let data = Data([0xff, 0x83, 1, 2, 3]).dropFirst()
    #expect(try CBORDecoder().decode([Int].self, from: data) == [1, 2, 3])
    #expect(try Value(decoding: data) == [1, 2, 3])
    #expect(Value(data) == .bytes([0x83, 1, 2, 3]))
  }

  @Test("Other coders see what their formats share") func otherCoders() throws {
    let value: Value = [
      "a": [1, -2, 2.5, true, .null, "x"], "b": ["c": 18_446_744_073_709_551_615],
    ]
    let json = try JSONEncoder().encode(value)
    #expect(try JSONDecoder().decode(Value.self, from: json) == value)
    #expect(throws: (any Error).self) { try JSONEncoder().encode([1: 2] as Value) }
    #expect(throws: (any Error).self) { try JSONEncoder().encode(Value.bytes([1])) }
    let typed = TypedArray<Int32>([1, 2])
    #expect(
      try JSONDecoder().decode(TypedArray<Int32>.self, from: JSONEncoder().encode(typed)) == typed)
    let big = try #require(BigInteger("123456789012345678901234567890"))
    #expect(try JSONDecoder().decode(BigInteger.self, from: JSONEncoder().encode(big)) == big)
  }
}
