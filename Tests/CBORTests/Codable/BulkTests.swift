import CBOR
import Testing

/// Long arrays and arrays of arrays, which have ways of their own.
@Suite struct BulkTests {
  private func failure<T: Decodable>(
    _ type: T.Type, _ bytes: [UInt8], _ limits: DecodingLimits = DecodingLimits()
  ) throws -> CBORError {
    try #require(
      #expect(throws: CBORError.self) { try CBORDecoder(limits: limits).decode(type, from: bytes) })
  }

  private func roundTrip<T: Codable & Equatable>(_ value: T) throws -> Bool {
    let bytes = try CBOREncoder().encode(value)
    // The dynamic type writes item by item.
    let same = try Value(decoding: bytes).encoded() == bytes
    return try same && CBORDecoder().decode(T.self, from: bytes) == value
  }

  @Test("Arrays of every length come back", arguments: [0, 1, 2, 23, 24, 31, 32, 33, 300, 70_000])
  func lengths(_ count: Int) throws {
    let integers = (0..<count).map { ($0 & 1 == 0 ? 1 : -1) << ($0 & 63) &+ $0 }
    #expect(try roundTrip(integers))
    #expect(try roundTrip(integers.map { Double($0) / 3 }))
    #expect(try roundTrip(integers.map { Float($0 & 0xffff) / 4 }))
    #expect(try roundTrip(integers.map { $0 & 4 == 0 }))
    #expect(try roundTrip(integers.map(String.init)))
    #expect(try roundTrip(integers.map { UInt8(truncatingIfNeeded: $0) }))
    #expect(try roundTrip([integers, [], integers]))
  }

  @Test("Arrays of arrays come back, whatever is in them") func rows() throws {
    #expect(try roundTrip([[Double]]()))
    #expect(try roundTrip([[1.5], [], [-0.0, .infinity, 1e300, 0.1]]))
    #expect(try roundTrip([[[0.5, 2.25]], [], [[], [3.75, 4.125, 1.1]]]))
    #expect(try roundTrip([[UInt8]](arrayLiteral: [1, 2], [], [255])))
    #expect(try roundTrip([["a", "b"], [], ["ü", String(repeating: "x", count: 300)]]))
    #expect(try roundTrip([[true], [false, true]]))
    #expect(try roundTrip([[1, nil], [nil], []] as [[Int?]]))
    #expect(try roundTrip([[[1: "a"]], [[:], [2: "b", 3: "c"]]]))
    #expect(try roundTrip([[TypedArray([1.5 as Float])], []]))
    #expect(try CBOREncoder().encode([[UInt8]](arrayLiteral: [1, 2], [])) == hex("82 420102 40"))
  }

  @Test("Rows are read from every form that an array has") func forms() throws {
    // Definite, indefinite, tagged, a typed array, integers, a number under a tag.
    let bytes = hex(
      """
      86 82fb3ff199999999999af93e00 9ff93c0002ff d9d9f781f94000
      d8564800000000000004 40 82 01 3863 81 c1 fa3fc00000
      """)
    let expected: [[Double]] = [[1.1, 1.5], [1, 2], [2], [2.5], [1, -100], [1.5]]
    #expect(try CBORDecoder().decode([[Double]].self, from: bytes) == expected)
    #expect(
      try CBORDecoder().decode([[Int]].self, from: hex("9f 8201 c1 02 9fff ff")) == [[1, 2], []])
    #expect(
      try CBORDecoder().decode([[UInt8]].self, from: hex("82 4101 820218ff")) == [[1], [2, 255]])
  }

  @Test("A row that does not fit is placed by byte and path") func places() throws {
    let text = try failure([[Int]].self, hex("83 8101 80 83 02 03 6178"))
    #expect(text.code == .typeMismatch)
    #expect(text.codingPath.map(\.stringValue) == ["2", "2"])
    #expect(text.offset == 7)
    let row = try failure([[Int]].self, hex("82 8101 02"))
    #expect(row.code == .typeMismatch)
    #expect(row.codingPath.map(\.stringValue) == ["1"])
    let range = try failure([[Int8]].self, hex("81 82 01 1880"))
    #expect(range.code == .outOfRange)
    #expect(range.codingPath.map(\.stringValue) == ["0", "1"])
  }

  @Test("What is wrong in a long array of numbers is found where it is") func damage() throws {
    let numbers = (0..<100).map { Double($0) + 0.1 }
    let whole = try CBOREncoder().encode(numbers)
    for count in [whole.count - 1, whole.count - 9, 5, 2] {
      #expect(try failure([Double].self, Array(whole.prefix(count))).code == .truncated)
    }
    var reserved = whole
    reserved[2 + 9 * 40] = 0x1c
    let malformed = try failure([Double].self, reserved)
    #expect(malformed.code == .malformed)
    #expect(malformed.offset == 2 + 9 * 40)
    #expect(malformed.codingPath.map(\.stringValue) == ["40"])
    var simple = whole
    simple[2 + 9 * 40] = 0xf8
    simple[2 + 9 * 40 + 1] = 31
    #expect(try failure([Double].self, simple).offset == 2 + 9 * 40)
  }

  @Test("The limit of items counts every number of a long array", arguments: [1, 50, 100, 101])
  func items(_ limit: Int) throws {
    let bytes = try CBOREncoder().encode([Int](repeating: 7, count: 100))
    let limits = DecodingLimits(items: limit)
    guard limit <= 100 else {
      #expect(try CBORDecoder(limits: limits).decode([Int].self, from: bytes).count == 100)
      return
    }
    let error = try failure([Int].self, bytes, limits)
    #expect(error.code == .itemsExceeded)
    // The array's head takes two bytes and is an item too.
    #expect(error.offset == limit + 1)
  }

  @Test("Rows count as a level when they are written") func depth() throws {
    #expect(try CBOREncoder(depth: 2).encode([[1], [2]]) == hex("828101 8102"))
    let error = #expect(throws: CBORError.self) { try CBOREncoder(depth: 1).encode([[1], [2]]) }
    #expect(error?.code == .depthExceeded)
    #expect(error?.codingPath.map(\.stringValue) == ["0"])
    #expect(
      try CBOREncoder(depth: 1).encode([[UInt8]](repeating: [1], count: 2)) == hex("82 4101 4101"))
  }

  @Test("Coders that are used again start anew") func again() throws {
    struct Failing: Encodable {
      func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(1)
        throw CancellationError()
      }
    }
    let encoder = CBOREncoder()
    let decoder = CBORDecoder()
    for size in [3, 1000, 3] {
      let value = ["a": [[1, 2]], "b": [Array(0..<size)]]
      let bytes = try encoder.encode(value)
      #expect(try decoder.decode([String: [[Int]]].self, from: bytes) == value)
      #expect(throws: CBORError.self) { try encoder.encode([[Failing()]]) }
      #expect(throws: CBORError.self) { try decoder.decode([Int].self, from: bytes) }
      #expect(throws: CBORError.self) { try decoder.decode([Int].self, from: [0x82, 0x01]) }
    }
    #expect(try encoder.encode([1]) == hex("8101"))
  }

  #if !(os(macOS) && arch(x86_64))
    @Test("Every number of half precision is what the machine takes it for") func halves() throws {
      let decoder = CBORDecoder()
      let encoder = CBOREncoder()
      let wrong = try (UInt16.min...UInt16.max).filter { bits in
        let bytes = [0xf9, UInt8(bits >> 8), UInt8(bits & 0xff)]
        let value = try decoder.decode(Double.self, from: bytes)
        let expected = Double(Float16(bitPattern: bits))
        if expected.isNaN { return !value.isNaN }
        return try value.bitPattern != expected.bitPattern || encoder.encode(value) != bytes
      }
      #expect(wrong.isEmpty)
    }
  #endif
}
