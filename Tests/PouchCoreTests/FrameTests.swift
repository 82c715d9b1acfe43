import PouchCore
import Testing

@Suite("Frames")
struct FrameTests {
  @Test("every flipped bit of a header is noticed", arguments: 0..<FrameHeader.size * 8)
  func flippedBit(_ bit: Int) {
    var bytes = Vectors.dataHeader
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    let error = #expect(throws: PouchError.self) {
      try bytes.withUnsafeBytes { try FrameHeader(reading: $0) }
    }
    #expect(error?.code == .badData)
  }

  @Test(
    "frames are cut from a stream that arrives in pieces", arguments: [1, 2, 7, 23, 24, 25, 66])
  func pieces(_ size: Int) throws {
    let frame = Vectors.dataHeader + Vectors.helloEntry
    let stream = frame + frame
    var buffer = ByteBuffer()
    var decoder = FrameDecoder(limit: 1024)
    var bodies: [[UInt8]] = []
    for start in stride(from: 0, to: stream.count, by: size) {
      buffer.append(Array(stream[start..<min(start + size, stream.count)]))
      while let frame = try decoder.next(&buffer) { bodies.append(frame.body.array) }
    }
    #expect(bodies == [Vectors.helloEntry, Vectors.helloEntry])
    let isInside = decoder.isInsideFrame(buffer)
    #expect(!isInside)
  }

  @Test("a length above the limit is refused before a byte of the body is waited for")
  func oversize() {
    var bytes = [UInt8](repeating: 0, count: FrameHeader.size)
    let header = FrameHeader(kind: .data, firstID: 1, count: 1, length: .max)
    bytes.withUnsafeMutableBytes { header.write(to: $0) }
    let error = #expect(throws: PouchError.self) {
      var buffer = ByteBuffer()
      buffer.append(bytes)
      var decoder = FrameDecoder(limit: 16 << 20)
      _ = try decoder.next(&buffer)
    }
    #expect(error?.code == .limitExceeded)
  }

  @Test("an entry with attributes survives the way there and back")
  func entryWithAttributes() throws {
    let attributes = Attributes(name: "a", size: 70_000, headers: ["k": "v"])
    let encoded = try #require(try attributes.encoded())
    var buffer = ByteBuffer()
    Entry.appendHead(
      to: &buffer, length: 3, format: .cbor, hasMore: true, attributes: encoded)
    buffer.append([1, 2, 3])
    var reader = EntryReader(buffer.freeze())
    let entry = try reader.next()
    #expect(try Attributes(reading: try #require(entry.attributes)) == attributes)
    #expect(entry.hasMore)
    #expect(entry.format == .cbor)
    #expect(entry.payload.array == [1, 2, 3])
  }

  @Test("a body that ends inside an entry is refused, wherever it is cut", arguments: 1..<9)
  func cutEntry(_ length: Int) {
    var reader = EntryReader(Bytes(Array(Vectors.helloEntry.prefix(length))))
    let error = #expect(throws: PouchError.self) { try reader.next() }
    #expect(error?.code == .badData)
  }

  @Test(
    "another protocol on the port is named",
    arguments: [
      ([0x16, 0x03, 0x01, 0x02, 0x00], "TLS"),
      (Array("GET / HTTP/1.1\r\n".utf8), "HTTP"),
      (Array("SSH-2.0-OpenSSH".utf8), "SSH"),
      (Array("33        \u{80}\u{3}".utf8), "10-character"),
      (Array("hello there".utf8), "text"),
      ([0x00, 0x01, 0x02, 0x03], "unknown bytes (00 01 02 03)"),
    ] as [([UInt8], String)])
  func otherProtocol(_ bytes: [UInt8], _ name: String) {
    let error = #expect(throws: PouchError.self) {
      var buffer = ByteBuffer()
      buffer.append(bytes)
      _ = try Preface.read(&buffer)
    }
    #expect(error?.code == .protocolMismatch)
    #expect(error?.message.contains(name) == true)
  }

  @Test("a preface is taken whole, and a higher minor version with it")
  func preface() throws {
    #expect(Preface.bytes.array == Vectors.preface)
    var buffer = ByteBuffer()
    buffer.append(Array(Vectors.preface.dropLast()))
    let isEarly = try Preface.read(&buffer)
    #expect(!isEarly)
    buffer.append([9, 42])
    let isComplete = try Preface.read(&buffer)
    #expect(isComplete)
    let rest = buffer.count
    #expect(rest == 1)
  }

  @Test("another major version is refused")
  func majorVersion() {
    let error = #expect(throws: PouchError.self) {
      var buffer = ByteBuffer()
      buffer.append([0x8b, 0x50, 0x4f, 0x55, 0x43, 0x48, 2, 0])
      _ = try Preface.read(&buffer)
    }
    #expect(error?.code == .protocolMismatch)
  }
}
