import CBOR
import PouchCore
import Testing

@Suite("Numbers as bytes")
struct ElementTests {
  private func check<T: TypedArrayElement>(_ numbers: [T], _ expected: [UInt8]) throws {
    let bytes = Bytes(elementsOf: numbers)
    #expect(bytes.array == expected)
    #expect(try bytes.elements(as: T.self) == numbers)
    #expect(try bytes.withUnsafeElements(as: T.self) { Array($0) } == numbers)
    // Wherever they begin.
    for shift in 0..<9 {
      let moved = Bytes([UInt8](repeating: 0xee, count: shift) + expected).dropFirst(shift)
      #expect(try moved.elements(as: T.self) == numbers)
      #expect(try moved.withUnsafeElements(as: T.self) { Array($0) } == numbers)
    }
  }

  @Test("numbers of every type are little-endian bytes, and come back") func everyType() throws {
    try check([0, 1, 255] as [UInt8], [0, 1, 255])
    try check([-1, 1] as [Int8], [255, 1])
    try check([0x0102, .max] as [UInt16], [2, 1, 255, 255])
    try check([-2] as [Int16], [254, 255])
    try check([0x0102_0304] as [UInt32], [4, 3, 2, 1])
    try check([-2] as [Int32], [254, 255, 255, 255])
    try check([0x0102_0304_0506_0708] as [UInt64], [8, 7, 6, 5, 4, 3, 2, 1])
    try check([1] as [Int64], [1, 0, 0, 0, 0, 0, 0, 0])
    try check([1] as [Float16], [0, 0x3c])
    try check([1, -2] as [Float], [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
    try check([1] as [Double], [0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
    try check([] as [Double], [])
  }

  @Test("a typed array, a tensor's elements, a slice and any other collection are the same bytes")
  func collections() throws {
    let numbers: [Float] = [1, 2, 3, 4]
    let expected = Bytes(elementsOf: numbers)
    #expect(Bytes(elementsOf: TypedArray(numbers)) == expected)
    let tensor = try #require(Tensor(shape: [2, 2], elements: numbers))
    #expect(Bytes(elementsOf: tensor.elements) == expected)
    #expect(Bytes(elementsOf: ([0] + numbers)[1...]) == expected)
    #expect(Bytes(elementsOf: numbers.reversed()) == Bytes(elementsOf: [4, 3, 2, 1] as [Float]))
    let strided = stride(from: Float(1), through: 4, by: 1)
    #expect(Bytes(elementsOf: Array(strided)) == expected)
    #expect(try TypedArray<Float>(expected.elements()) == TypedArray(numbers))
  }

  @Test("bytes that are no whole number of elements are refused") func rest() {
    for length in [1, 2, 3, 5, 7] {
      let bytes = Bytes([UInt8](repeating: 0, count: length))
      let error = #expect(throws: PouchError.self) { try bytes.elements(as: Float.self) }
      #expect(error?.code == .badData)
      #expect(throws: PouchError.self) { try bytes.withUnsafeElements(as: Float.self) { $0.count } }
    }
  }

  @Test("aligned bytes are viewed where they are, others in a copy") func views() throws {
    let bytes = Bytes(elementsOf: [1, 2, 3] as [Double])
    func address(_ bytes: Bytes) -> Int {
      bytes.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    }
    func viewed(_ bytes: Bytes) throws -> Int {
      try bytes.withUnsafeElements(as: Double.self) { Int(bitPattern: $0.baseAddress) }
    }
    #expect(try viewed(bytes) == address(bytes))
    #expect(try viewed(bytes.dropFirst(8)) == address(bytes) + 8)
    let shifted = bytes.dropFirst(4).dropLast(4)
    #expect(try viewed(shifted) != address(shifted))
  }

  @Test("what the closure throws comes out of the view") func thrown() {
    let bytes = Bytes(elementsOf: [1] as [Double])
    let error = #expect(throws: PouchError.self) {
      try bytes.withUnsafeElements(as: Double.self) { _ in
        throw PouchError(.cancelled, "on purpose")
      }
    }
    #expect(error?.code == .cancelled)
  }
}
