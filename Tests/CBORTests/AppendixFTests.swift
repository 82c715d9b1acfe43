import CBOR
import Testing

/// The malformed inputs of RFC 8949, Appendix F, by what is wrong with them.
private let truncated = """
  18 19 1a 1b 1901 1a0102 1b01020304050607 38 58 78 98 9a01ff00 b8 d8 f8 f900 fa0000 fb000000
  41 61 5affffffff00 5bffffffffffffffff010203 7affffffff00 7b7fffffffffffffff010203
  81 818181818181818181 8200 a1 a20102 a100 a2000000
  c0
  5f4100 7f6100
  9f 9f0102 bf bf01020102 819f 9f8000 9f9f9f9f9fffffffff 9f819f819f9fffffff
  """
private let malformed = """
  1c 1d 1e 3c 3d 3e 5c 5d 5e 7c 7d 7e 9c 9d 9e bc bd be dc dd de fc fd fe
  f800 f801 f818 f81f
  5f00ff 5f21ff 5f6100ff 5f80ff 5fa0ff 5fc000ff 5fe0ff 7f4100ff
  5f5f4100ffff 7f7f6100ffff
  ff
  81ff 8200ff a1ff a1ff00 a100ff a20000ff 9f81ff 9f829f819f9fffffffff
  bf00ff bf000000ff
  1f 3f df
  """

private func inputs(_ text: String) -> [String] {
  text.split { $0 == " " || $0 == "\n" }.map(String.init)
}

@Suite struct AppendixFTests {
  @Test("Input that ends too early is refused as truncated", arguments: inputs(truncated))
  func refusesTruncated(_ input: String) throws {
    let error = #expect(throws: CBORError.self) { try Value(decoding: hex(input)) }
    #expect(error?.code == .truncated)
    #expect(try #require(error?.offset) <= hex(input).count)
  }

  @Test("Input that is not CBOR is refused as malformed", arguments: inputs(malformed))
  func refusesMalformed(_ input: String) throws {
    let error = #expect(throws: CBORError.self) { try Value(decoding: hex(input)) }
    // That two entries do not fit into three bytes is seen before the break is.
    #expect(error?.code == (["a1ff", "a20000ff"].contains(input) ? .truncated : .malformed))
    #expect(try #require(error?.offset) < hex(input).count)
  }

  @Test("A type is never asked to decode what is malformed", arguments: inputs(malformed))
  func refusesBeforeDecoding(_ input: String) throws {
    struct Untouchable: Decodable {
      init(from decoder: any Decoder) throws { Issue.record("the type was asked") }
    }
    #expect(throws: CBORError.self) {
      try CBORDecoder().decode(Untouchable.self, from: hex(input))
    }
  }

  @Test("An empty input is refused") func refusesNothing() throws {
    let error = #expect(throws: CBORError.self) { try Value(decoding: [UInt8]()) }
    #expect(error?.code == .truncated)
  }
}
