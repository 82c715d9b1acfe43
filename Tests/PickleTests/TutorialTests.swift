import CBOR
import Pickle
import Testing

@Suite("The pickle of the tutorial")
struct TutorialTests {
  /// `pickle.dumps({1: "hi", 2: "there"})`, as Python 3.7 wrote it: protocol 3.
  private static let bytes: [UInt8] =
    [0x80, 0x03] + Array("}q".utf8) + [0x00] + Array("(K".utf8) + [0x01] + Array("X".utf8)
    + [0x02, 0, 0, 0] + Array("hiq".utf8) + [0x01] + Array("K".utf8) + [0x02]
    + Array("X".utf8) + [0x05, 0, 0, 0] + Array("thereq".utf8) + [0x02] + Array("u.".utf8)

  @Test("is a map with integer keys") func decodes() throws {
    let value = try PickleDecoder().decode(Self.bytes)
    #expect(value == [1: "hi", 2: "there"])
    #expect(value.diagnosticNotation == #"{1: "hi", 2: "there"}"#)
  }

  @Test("is read again after it was written in protocol 4") func roundTrip() throws {
    let value = try PickleDecoder().decode(Self.bytes)
    let written = try PickleEncoder().encode(value)
    #expect(written.starts(with: [0x80, 0x04]))
    #expect(try PickleDecoder().decode(written) == value)
  }
}
