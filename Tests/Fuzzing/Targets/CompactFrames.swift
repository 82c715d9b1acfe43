import PouchCore

/// Frames in a short form that a fuzzer can write: it would never hit upon a checksum.
///
/// Each is eight bytes (kind, flags, stages, first id, count, and the length in three) and a body;
/// the last one gets what there is.
struct CompactFrames: Sequence, IteratorProtocol {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func next() -> Frame? {
    guard rest.count >= 8 else { return nil }
    let head = Array(rest.prefix(8))
    let length = Int(head[5]) << 16 | Int(head[6]) << 8 | Int(head[7])
    rest = rest.dropFirst(8)
    let body = Bytes(Array(rest.prefix(length)))
    rest = rest.dropFirst(length)
    return Frame(
      header: FrameHeader(
        kind: FrameKind(rawValue: head[0]), flags: FrameFlags(rawValue: head[1]),
        stages: head[2], firstID: UInt64(head[3]), count: UInt32(head[4]),
        length: UInt32(body.count)), body: body)
  }
}

extension Frame {
  /// The frame as it travels, with the checksum that is due.
  var encoded: Bytes {
    var buffer = ByteBuffer()
    buffer.appendZeros(FrameHeader.size)
    buffer.append(body)
    buffer.withUnsafeMutableBytes(at: 0, count: FrameHeader.size) { header.write(to: $0) }
    return buffer.freeze()
  }

  /// A handshake frame: the same, with the checksum of its own that its body carries.
  var sealed: Frame {
    var sealed = ByteBuffer()
    HandshakeFrame.appendBody(header.kind, body.array, to: &sealed)
    return Frame(header: header, body: sealed.freeze())
  }
}
