import CBOR
import Testing

@Suite struct SequenceTests {
  @Test("Items follow one another") func readsAll() throws {
    let bytes = try CBOREncoder().encodeSequence(["a", "b", "c"])
    #expect(hex(bytes) == "616161626163")
    var sequence = CBORSequence(bytes)
    var read: [String] = []
    while let item = try sequence.next(String.self) { read.append(item) }
    #expect(read == ["a", "b", "c"])
    #expect(sequence.offset == 6)
    var empty = CBORSequence([])
    #expect(try empty.next(Int.self) == nil)
  }

  @Test("An item of another type is not passed, and its place is the sequence's")
  func mixedTypes() throws {
    var sequence = CBORSequence(hex("01820203f6"))
    #expect(try sequence.next(Int.self) == 1)
    let error = #expect(throws: CBORError.self) { try sequence.next([String].self) }
    #expect(error?.offset == 2)
    #expect(try sequence.next([Int].self) == [2, 3])
    #expect(try sequence.next(Value.self) == .null)
    #expect(try sequence.next(Value.self) == nil)
  }

  @Test("A last item that is cut short is refused") func truncated() throws {
    var sequence = CBORSequence(hex("018202"))
    #expect(try sequence.next(Int.self) == 1)
    let error = #expect(throws: CBORError.self) { try sequence.next(Value.self) }
    #expect(error?.code == .truncated)
  }

  @Test("An encoder appends, and leaves the array alone when it fails") func appends() throws {
    struct Failing: Encodable {
      struct Failure: Error {}
      func encode(to encoder: any Encoder) throws { throw Failure() }
    }
    var bytes: [UInt8] = [0xff]
    try CBOREncoder().encode(1, into: &bytes)
    #expect(throws: CBORError.self) { try CBOREncoder().encode([Failing()], into: &bytes) }
    try CBOREncoder().encode("x", into: &bytes)
    #expect(hex(bytes) == "ff016178")
  }

  @Test("Deterministic encoders sort every map, nested containers included")
  func deterministic() throws {
    enum Shape: Codable { case z(b: Int, a: [String: Int]) }
    let bytes = try CBOREncoder(isDeterministic: true).encode(
      [Shape.z(b: 1, a: ["y": 1, "x": 2, "longer": 3])])
    #expect(
      try Value(decoding: bytes).diagnosticNotation
        == #"[{"z": {"a": {"x": 2, "y": 1, "longer": 3}, "b": 1}}]"#)
  }
}
