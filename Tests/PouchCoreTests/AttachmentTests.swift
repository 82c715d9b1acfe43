import PouchCore
import Testing

@Suite("Attachments in the attributes")
struct AttachmentTests {
  private func attributes(_ lengths: [UInt64], size: UInt64? = nil) -> Attributes {
    Attributes(size: size, attachments: lengths)
  }

  @Test("an entry with attachments is read, written and cut as the vector says")
  func vector() throws {
    var reader = EntryReader(Bytes(Vectors.attachmentsEntry))
    let entry = try reader.next()
    let attributes = try Attributes(reading: try #require(entry.attributes))
    #expect(attributes == self.attributes([3, 0, 2], size: 10))
    let (own, attachments) = try attributes.cut(entry.payload)
    #expect(own.array == [0xa1, 0x01, 0x62, 0x68, 0x69])
    #expect(attachments.map(\.text) == ["abc", "", "de"])

    var buffer = ByteBuffer()
    Entry.appendHead(
      to: &buffer, length: entry.payload.count, format: .cbor, attributes: try attributes.encoded())
    buffer.append(entry.payload)
    #expect(buffer.freeze().array == Vectors.attachmentsEntry)
  }

  @Test("what the attachments leave is the object, nothing included")
  func own() throws {
    #expect(try attributes([]).ownLength(of: 7) == 7)
    #expect(try attributes([7]).ownLength(of: 7) == 0)
    #expect(try attributes([0, 0]).ownLength(of: 0) == 0)
    #expect(try attributes([.max]).ownLength(of: .max) == 0)
    let most = [UInt64](repeating: 1, count: Attributes.mostAttachments)
    #expect(try attributes(most).ownLength(of: 2000) == 976)
  }

  @Test(
    "lengths that do not add up are refused, however they overflow",
    arguments: [
      [11], [10, 1], [1, 10], [.max], [.max, 1], [.max, .max], [5, .max, 6], [1 << 63, 1 << 63],
      [UInt64](repeating: 1, count: 11), [UInt64](repeating: 0, count: 1025),
      [UInt64](repeating: 1 << 60, count: 16),
    ] as [[UInt64]])
  func doNotAddUp(_ lengths: [UInt64]) {
    let bytes = Bytes([UInt8](repeating: 1, count: 10))
    let error = #expect(throws: PouchError.self) { try attributes(lengths).cut(bytes) }
    #expect(error?.code == .badData)
    let chunked = #expect(throws: PouchError.self) {
      try attributes(lengths, size: 10).checkAttachmentsOfChunks()
    }
    #expect(chunked?.code == .badData)
  }

  @Test("an object in chunks needs a size once it has attachments")
  func chunksNeedSize() throws {
    try attributes([]).checkAttachmentsOfChunks()
    try attributes([5], size: 5).checkAttachmentsOfChunks()
    let error = #expect(throws: PouchError.self) {
      try attributes([5]).checkAttachmentsOfChunks()
    }
    #expect(error?.code == .badData)
  }

  @Test(
    "attachments that are no array of unsigned integers are malformed attributes",
    arguments: [
      [0x03], [0x81, 0x20], [0x81, 0x61, 0x31], [0x81, 0xf9, 0x3c, 0x00], [0xa0], [0xf6],
    ]
      as [[UInt8]])
  func wrongTypes(_ value: [UInt8]) {
    let map = Bytes([0xa1, 0x6b] + Array("attachments".utf8) + value)
    let error = #expect(throws: PouchError.self) { try Attributes(reading: map) }
    #expect(error?.code == .badData)
  }
}
