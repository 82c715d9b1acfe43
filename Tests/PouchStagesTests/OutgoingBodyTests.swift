import PouchCore
import Testing

@Suite("An outgoing body")
struct OutgoingBodyTests {
  private static func buffer(_ bytes: [UInt8]) -> ByteBuffer {
    var buffer = ByteBuffer(capacity: 256)
    buffer.append([UInt8](repeating: 0xee, count: FrameHeader.size))
    buffer.append(bytes)
    return buffer
  }

  @Test("is what was gathered, the payload, and what was appended")
  func order() {
    var body = OutgoingBody(OutgoingBodyTests.buffer([1, 2]), payload: Bytes([3, 4, 5]))
    body.append(bigEndian: UInt16(0x0607))
    #expect(body.count == 7)
    #expect(body.bytes == [1, 2, 3, 4, 5, 6, 7])
    var plain = OutgoingBody(OutgoingBodyTests.buffer([1, 2]))
    plain.append(bigEndian: UInt16(0x0607))
    #expect(plain.count == 4)
    #expect(plain.bytes == [1, 2, 6, 7])
    let empty = OutgoingBody(Bytes())
    #expect(empty.count == 0)
    #expect(empty.bytes == [])
  }

  @Test("leaves in one run, or in three around a payload, with its header in front")
  func runs() throws {
    var body = OutgoingBody(OutgoingBodyTests.buffer([1, 2]))
    body.append(bigEndian: UInt8(3))
    body.writeHeader(Line.header)
    var runs: [Bytes] = []
    body.appendRuns(to: &runs)
    #expect(runs.count == 1)
    let header = try runs[0].withUnsafeBytes { try FrameHeader(reading: $0) }
    var expected = Line.header
    expected.length = 3
    #expect(header == expected)
    #expect(runs[0].dropFirst(FrameHeader.size).array == [1, 2, 3])

    let payload = Bytes([UInt8](repeating: 5, count: 10_000))
    var large = OutgoingBody(OutgoingBodyTests.buffer([1, 2]), payload: payload)
    large.append(bigEndian: UInt8(3))
    large.writeHeader(Line.header)
    runs = []
    large.appendRuns(to: &runs)
    #expect(runs.map(\.count) == [26, 10_000, 1])
    #expect(runs[2].array == [3])
    #expect(address(runs[1]) == address(payload))
  }

  @Test("takes a payload in several runs, uncopied and in order")
  func severalRuns() throws {
    let runs = [Bytes([UInt8](repeating: 5, count: 9000)), Bytes([6, 7]), Bytes([8])]
    func make() -> OutgoingBody {
      OutgoingBody(
        OutgoingBodyTests.buffer([1, 2]), payload: runs[0], further: Array(runs.dropFirst()))
    }
    var body = make()
    body.append(bigEndian: UInt8(9))
    #expect(body.count == 9006)
    let expected = [1, 2] + [UInt8](repeating: 5, count: 9000) + [6, 7, 8, 9]
    #expect(body.bytes == expected)
    body.writeHeader(Line.header)
    var sent: [Bytes] = []
    body.appendRuns(to: &sent)
    #expect(sent.map(\.count) == [26, 9000, 2, 1, 1])
    for (index, run) in runs.enumerated() { #expect(address(sent[index + 1]) == address(run)) }
    let header = try sent[0].withUnsafeBytes { try FrameHeader(reading: $0) }
    #expect(header.length == 9006)

    for length in [3, 5000] {
      let replacement = Bytes([UInt8](repeating: 1, count: length))
      var replaced = make()
      replaced.replace(with: replacement)
      #expect(replaced.bytes == replacement.array)
      #expect(replaced.count == length)
      var copied = make()
      copied.append(bigEndian: UInt8(9))
      replacement.withUnsafeBytes { copied.replace(copying: $0) }
      #expect(copied.bytes == replacement.array)
      #expect(copied.count == length)
    }
  }

  @Test("can be replaced by something shorter or longer, header's room and payload included")
  func replaced() {
    for length in [0, 1, 4096, 4097, 100_000] {
      let replacement = [UInt8](repeating: 9, count: length)
      for payload in [[], [7, 7]] as [[UInt8]] {
        var body = OutgoingBody(OutgoingBodyTests.buffer([1, 2]), payload: Bytes(payload))
        body.append(bigEndian: UInt8(3))
        body.replace(with: Bytes(replacement))
        body.append(bigEndian: UInt8(4))
        #expect(body.bytes == replacement + [4])

        var copied = OutgoingBody(OutgoingBodyTests.buffer([1, 2]), payload: Bytes(payload))
        copied.append(bigEndian: UInt8(3))
        replacement.withUnsafeBytes { copied.replace(copying: $0) }
        copied.append(bigEndian: UInt8(4))
        copied.writeHeader(Line.header)
        #expect(copied.bytes == replacement + [4])
        var runs: [Bytes] = []
        copied.appendRuns(to: &runs)
        #expect(runs.map(\.count) == [FrameHeader.size + length + 1])
      }
    }
  }

  @Test("begins behind earlier frames in the same buffer")
  func several() {
    var first = OutgoingBody(OutgoingBodyTests.buffer([1, 2]))
    first.append(bigEndian: UInt8(3))
    first.writeHeader(Line.header)
    var buffer = first.intoBuffer()
    buffer.append([UInt8](repeating: 0, count: FrameHeader.size))
    buffer.append([4, 5])
    var second = OutgoingBody(buffer, from: 27 + FrameHeader.size)
    #expect(second.bytes == [4, 5])
    second.replace(with: Bytes([6]))
    second.writeHeader(Line.header)
    var runs: [Bytes] = []
    second.appendRuns(to: &runs)
    #expect(runs.count == 1)
    #expect(runs[0][24..<27].array == [1, 2, 3])
    #expect(runs[0].dropFirst(51).array == [6])
  }

  @Test("does not write over what a slice of its buffer still shows")
  func slices() {
    var buffer = OutgoingBodyTests.buffer([1, 2])
    let seen = buffer.peek(24, 2)
    buffer.truncate(to: 24)
    buffer.append([8, 9])
    #expect(seen.array == [1, 2])
    #expect(buffer.peek(24, 2).array == [8, 9])
  }

  @Test("uses a buffer's memory again once its bytes have gone")
  func reuse() {
    var buffer = ByteBuffer(capacity: 128)
    buffer.append([UInt8](repeating: 1, count: 100))
    let before = buffer.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    buffer.discard(90)
    buffer.append([UInt8](repeating: 2, count: 100))
    #expect(buffer.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } == before)
    #expect(
      buffer.freeze().array == Array(repeating: 1, count: 10) + Array(repeating: 2, count: 100))
  }

  private func address(_ bytes: Bytes) -> UInt {
    bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
  }
}
