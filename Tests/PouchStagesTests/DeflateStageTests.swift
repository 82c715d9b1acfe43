import CZlib
import PouchCore
import Testing

@testable import PouchStages

@Suite("deflate")
struct DeflateStageTests {
  private let prose: [UInt8]
  private let noise: [UInt8]

  init() {
    var generator = SeededGenerator(seed: 4)
    prose = generator.prose(5000)
    noise = generator.noise(5000)
  }

  @Test("makes a body smaller at every level, and each body stands alone", arguments: 1...9)
  func levels(_ level: Int) throws {
    let line = try Line([try DeflateStage(level: level)])
    let first = try line.seal(prose)
    let second = try line.seal(prose)
    #expect(first.header.stages == 1)
    #expect(first.body.count * 2 < prose.count)
    #expect(first.body == second.body)
    // RFC 1950: deflate with a window of 32 KiB, and a checksum of the two bytes.
    #expect(first.body[0] == 0x78)
    #expect((Int(first.body[0]) << 8 | Int(first.body[1])) % 31 == 0)
    #expect(try line.open(second) == prose)
    #expect(try line.open(first) == prose)
  }

  @Test("has no other levels, and no negative minimum", arguments: [-1, 0, 10])
  func badLevel(_ level: Int) {
    #expect(throws: PouchError.self) { try DeflateStage(level: level) }
    let error = #expect(throws: PouchError.self) { try DeflateStage(level: 1, minimum: -1) }
    #expect(error?.code == .configuration)
  }

  @Test("leaves a body below the minimum as it is")
  func minimum() throws {
    let line = try Line([try DeflateStage(level: 1, minimum: 1000)])
    #expect(try line.seal(Array(prose.prefix(999))).header.stages == 0)
    #expect(try line.seal(Array(prose.prefix(1000))).header.stages == 1)
    let none = try Line([try DeflateStage(level: 1, minimum: 0)])
    for length in 0..<3 { #expect(try none.seal(Array(prose.prefix(length))).header.stages == 0) }
  }

  @Test("leaves a body that does not shrink as it is")
  func incompressible() throws {
    for length in [512, 5000] {
      let line = try Line([try DeflateStage(level: 9)])
      let frame = try line.seal(Array(noise.prefix(length)))
      #expect(frame.header.stages == 0)
      #expect(frame.body == Array(noise.prefix(length)))
    }
  }

  @Test("gives up for longer each time, at most for 64 bodies, and takes heart again")
  func backsOff() throws {
    let line = try Line([try DeflateStage(level: 1)])
    let short = Array(prose.prefix(100))
    for skipped in [1, 2, 4, 8, 16, 32, 64, 64] {
      #expect(try line.seal(noise).header.stages == 0)
      // These would compress, but are not tried.
      for _ in 0..<skipped {
        #expect(try line.seal(short).header.stages == 0)
        #expect(try line.seal(prose).header.stages == 0)
      }
    }
    #expect(try line.seal(prose).header.stages == 1)
    #expect(try line.seal(noise).header.stages == 0)
    #expect(try line.seal(prose).header.stages == 0)
    #expect(try line.seal(prose).header.stages == 1)
  }

  @Test("works over the segments of a body as over one")
  func segments() throws {
    let line = try Line([try DeflateStage(level: 6)])
    let whole = try line.seal(prose)
    var buffer = ByteBuffer()
    buffer.append([UInt8](repeating: 0, count: FrameHeader.size))
    buffer.append(Array(prose.prefix(700)))
    var body = OutgoingBody(buffer, payload: Bytes(Array(prose.dropFirst(700).dropLast(60))))
    Bytes(Array(prose.suffix(60))).withUnsafeBytes { body.append($0) }
    var header = Line.header
    try line.sealing.seal(&body, header: &header)
    #expect(body.bytes == whole.body)
  }

  // MARK: What is no stream

  private func refusal(_ body: [UInt8], limit: Int = 1 << 20) -> PouchError? {
    let error = #expect(throws: PouchError.self) {
      let line = try Line([try DeflateStage(level: 1)])
      return try line.open(
        Line.Frame(header: FrameHeader(kind: .data, stages: 1), body: body), limit: limit)
    }
    #expect(error?.stage == "deflate")
    return error
  }

  @Test("refuses a stream that is cut at any length, or goes on")
  func cut() throws {
    let stream = try Line([try DeflateStage(level: 6)]).seal(Array(prose.prefix(600))).body
    for length in 0..<stream.count {
      #expect(refusal(Array(stream.prefix(length)))?.code == .badData, "\(length) bytes")
    }
    #expect(refusal(stream + [0])?.code == .badData)
    #expect(refusal(stream + stream)?.code == .badData)
  }

  @Test("refuses other formats, a dictionary, and a wrong Adler-32")
  func otherFormats() throws {
    let stream = try Line([try DeflateStage(level: 6)]).seal(Array(prose.prefix(600))).body
    #expect(refusal(Array(stream.dropFirst(2)))?.code == .badData, "raw deflate")
    #expect(refusal([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + stream.dropFirst(2))?.code == .badData)
    #expect(refusal(noise)?.code == .badData)
    // FDICT set, the header's checksum right: 0x78bb is a multiple of 31 with bit 5 set.
    let dictionary = refusal([0x78, 0xbb, 0, 0, 0, 1] + stream.dropFirst(2))
    #expect(dictionary?.code == .badData)
    #expect(dictionary?.message.contains("dictionary") == true)
    for index in stream.indices.suffix(4) {
      var changed = stream
      changed[index] ^= 0x10
      let error = refusal(changed)
      #expect(error?.code == .badData)
      #expect(error?.cause == "incorrect data check")
    }
  }

  @Test("survives any single changed byte")
  func changedBytes() throws {
    let line = try Line([try DeflateStage(level: 6)])
    let frame = try line.seal(Array(prose.prefix(600)))
    for index in frame.body.indices {
      for bit in 0..<8 {
        var changed = frame
        changed.body[index] ^= 1 << bit
        // Bits of the window's size change nothing but what the stream asks for.
        if let opened = try? line.open(changed) { #expect(opened == Array(prose.prefix(600))) }
      }
    }
    #expect(try line.open(frame) == Array(prose.prefix(600)))
  }

  // MARK: Limits

  @Test("stops at the limit, and not before")
  func limit() throws {
    let line = try Line([try DeflateStage(level: 9, minimum: 0)])
    for length in [100, 4096, 65_535, 65_536, 65_537, 131_072, 1_000_000] {
      let frame = try line.seal(Array(repeating: 3, count: length))
      #expect(frame.header.stages == 1)
      #expect(try line.open(frame, limit: length).count == length)
      #expect(refusal(frame.body, limit: length - 1)?.code == .limitExceeded)
      #expect(refusal(frame.body, limit: 0)?.code == .limitExceeded)
    }
  }

  @Test("lets a body grow a hundredfold, and any body to 1 MiB")
  func ratio() throws {
    let free = [UInt8](repeating: 0, count: 1 << 20)
    let line = try Line([try DeflateStage(level: 9)])
    let frame = try line.seal(free)
    #expect(frame.body.count * 500 < free.count)
    #expect(try line.open(frame) == free)

    // One byte more, and the other side would refuse it: it travels as it is.
    #expect(try line.seal(free + [0]).header.stages == 0)
    let error = refusal(zlib(free + [0]), limit: 16 << 20)
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("100-fold") == true)

    // Not a hundredfold, and past 1 MiB.
    var generator = SeededGenerator(seed: 9)
    let mixed = generator.prose(2 << 20)
    let large = try line.seal(mixed)
    #expect(large.header.stages == 1)
    #expect(try line.open(large) == mixed)
  }

  @Test("stops a gibibyte of zeros within 16 MiB of memory", arguments: [1 << 20, 16 << 20])
  func bomb(_ limit: Int) throws {
    // Behind a full flush nothing refers back: one stretch can stand any number of times.
    let stretch = zeros(1 << 20)
    var bomb: [UInt8] = [0x78, 0x01]
    for _ in 0..<1024 { bomb += stretch }
    bomb += [0x03, 0x00]
    // Adler-32 of n zeros: 1, and n modulo 65521.
    let adler = UInt32((1 << 30) % 65521) << 16 | 1
    bomb += withUnsafeBytes(of: adler.bigEndian) { Array($0) }
    #expect(bomb.count < 2 << 20)

    #expect(refusal(bomb, limit: limit)?.code == .limitExceeded)

    var inflater = Inflater()
    var scratch = Scratch()
    let error = bomb.withUnsafeBytes { bytes -> PouchError? in
      do throws(PouchError) {
        _ = try inflater.decompress(bytes, into: &scratch, limit: limit)
        return nil
      } catch {
        return error
      }
    }
    #expect(error?.code == .limitExceeded)
    #expect(scratch.capacity <= limit)
    scratch.trim()
    #expect(scratch.capacity <= 1 << 20)

    // It is a stream: with limits that allow it, it is decoded to its very end.
    #expect(inflated(bomb) == 1 << 30)
  }

  /// A zlib stream of `body`, whatever its ratio.
  private func zlib(_ body: [UInt8]) -> [UInt8] {
    var stream = [UInt8](repeating: 0, count: Int(compressBound(uLong(body.count))))
    var length = uLong(stream.count)
    #expect(compress2(&stream, &length, body, uLong(body.count), 9) == Z_OK)
    return Array(stream.prefix(Int(length)))
  }

  /// `length` zeros as raw deflate blocks that end on a byte and with an empty history.
  private func zeros(_ length: Int) -> [UInt8] {
    var stream = z_stream()
    #expect(pouch_deflate_init(&stream, 9) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = [UInt8](repeating: 0, count: length)
    var output = [UInt8](repeating: 0, count: length)
    let written = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = uInt(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = uInt(output.count)
        #expect(CZlib.deflate(&stream, Z_FULL_FLUSH) == Z_OK)
        return output.count - Int(stream.avail_out)
      }
    }
    return Array(output[2..<written])
  }

  /// The length that `stream` decodes to, or nil when it is no whole zlib stream.
  private func inflated(_ stream: [UInt8]) -> Int? {
    var state = z_stream()
    guard pouch_inflate_init(&state) == Z_OK else { return nil }
    defer { inflateEnd(&state) }
    var input = stream
    var output = [UInt8](repeating: 0, count: 1 << 16)
    var status = Z_OK
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        state.next_in = input.baseAddress
        state.avail_in = uInt(input.count)
        while status == Z_OK {
          state.next_out = output.baseAddress
          state.avail_out = uInt(output.count)
          status = inflate(&state, Z_NO_FLUSH)
        }
      }
    }
    return status == Z_STREAM_END ? Int(state.total_out) : nil
  }
}
