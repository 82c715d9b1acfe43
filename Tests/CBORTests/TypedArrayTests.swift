import CBOR
import Testing

@Suite struct TypedArrayTests {
  private func check<T: TypedArrayElement>(_ elements: [T], _ tag: UInt64) throws {
    let array = TypedArray(elements)
    let value = try Value(encoding: array)
    guard case .tagged(let tagged) = value else {
      Issue.record("\(value) is not tagged")
      return
    }
    #expect(tagged.tag == tag)
    #expect(tagged.content.bytes?.count == elements.count * MemoryLayout<T>.size)
    let decoder = CBORDecoder()
    #expect(try decoder.decode(TypedArray<T>.self, from: value.encoded()) == array)
    #expect(try decoder.decode([T].self, from: value.encoded()) == elements)
    // The other order of bytes, in chunks, and as an ordinary array.
    let bytes = try #require(tagged.content.bytes)
    let size = MemoryLayout<T>.size
    let swapped = stride(from: 0, to: bytes.count, by: size).flatMap {
      bytes[$0..<$0 + size].reversed()
    }
    let other = Value.tagged(T.bigEndianTag, .bytes(swapped)).encoded()
    #expect(try decoder.decode([T].self, from: other) == elements)
    let chunks =
      Value.tagged(tag, 0).encoded().dropLast() + [0x5f] + Value(bytes).encoded() + [0xff]
    #expect(try decoder.decode([T].self, from: Array(chunks)) == elements)
    let ordinary = try CBOREncoder().encode(elements)
    #expect(try decoder.decode(TypedArray<T>.self, from: ordinary) == array)
    let keyed = ["k": array]
    #expect(
      try decoder.decode([String: TypedArray<T>].self, from: CBOREncoder().encode(keyed)) == keyed)
  }

  @Test("Numbers of every type travel as one byte string") func everyType() throws {
    try check([0, 1, 255] as [UInt8], 64)
    try check([0, 1, .max] as [UInt16], 69)
    try check([0, 1, .max] as [UInt32], 70)
    try check([0, 1, .max] as [UInt64], 71)
    try check([0, .min, .max] as [Int8], 72)
    try check([0, .min, .max] as [Int16], 77)
    try check([0, .min, .max] as [Int32], 78)
    try check([0, .min, .max] as [Int64], 79)
    try check([0, -1.5, .infinity] as [Float16], 84)
    try check([0, -1.5, .greatestFiniteMagnitude] as [Float], 85)
    try check([0, -1.5, .greatestFiniteMagnitude] as [Double], 86)
    try check([] as [Double], 86)
    try check((0..<1000).map(Double.init), 86)
  }

  @Test("The bytes are those of RFC 8746") func layout() throws {
    #expect(try hex(CBOREncoder().encode(TypedArray<UInt16>([1, 0x0203]))) == "d8454401000302")
    #expect(try hex(CBOREncoder().encode(TypedArray<Float>([1]))) == "d855440000803f")
    #expect(
      try CBORDecoder().decode([UInt16].self, from: hex("d84144000100ff")) == [1, 255])
  }

  @Test(
    "What is no array of the type is refused",
    arguments: ["d84543010203", "d84600", "d84544", "d85548000000000000f03f", "d8568101", "f5"])
  func refuses(_ input: String) throws {
    #expect(throws: CBORError.self) {
      try CBORDecoder().decode(TypedArray<UInt16>.self, from: hex(input))
    }
  }

  @Test("A tensor keeps its shape") func tensors() throws {
    let tensor = try #require(Tensor<Int16>(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6]))
    #expect(tensor[1, 0] == 4)
    try expectRoundTrip(tensor, "40([[2, 3], 77(h'010002000300040005000600')])")
    let decoder = CBORDecoder()
    // RFC 8746, section 3.1.1, with big-endian numbers; and the same in column-major order.
    let example = hex("d82882820203d8414c000200040008000400100100")
    let expected = try #require(
      Tensor<UInt16>(shape: [2, 3], elements: [2, 4, 8, 4, 16, 256]))
    #expect(try decoder.decode(Tensor<UInt16>.self, from: example) == expected)
    let columns = hex("d9041082820203d8414c000200040004001000080100")
    #expect(try decoder.decode(Tensor<UInt16>.self, from: columns) == expected)
    #expect(
      try decoder.decode(Tensor<Double>.self, from: hex("d82882820102820102"))
        == Tensor(shape: [1, 2], elements: [1, 2]))
    #expect(
      try decoder.decode(Tensor<Double>.self, from: hex("d82882808105"))
        == Tensor(shape: [], elements: [5]))
  }

  @Test(
    "A tensor of a wrong shape is refused",
    arguments: [
      "d82882820203820102", "d828828120820102", "d82881820203", "d8288382010282010200", "820102",
      "d828828300000082", "d82882821b7fffffffffffffff1b7fffffffffffffff820102",
      "d82882821b00000001000000001b000000010000000080",
    ])
  func wrongShapes(_ input: String) throws {
    #expect(throws: CBORError.self) {
      try CBORDecoder().decode(Tensor<Double>.self, from: hex(input))
    }
  }

  @Test("A shape of a wrong count makes no tensor") func constructor() {
    #expect(Tensor<Int8>(shape: [2, 2], elements: [1]) == nil)
    #expect(Tensor<Int8>(shape: [-1, -1], elements: [1]) == nil)
    #expect(Tensor<Int8>(shape: [.max, .max], elements: [1]) == nil)
    #expect(Tensor<Int8>(shape: [0, 5], elements: []) != nil)
  }
}
