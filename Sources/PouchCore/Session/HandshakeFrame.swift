/// Handshake bodies carry a checksum of their own: no pipeline protects them yet
/// (docs/wire.md, section 4).
package enum HandshakeFrame {
  /// The largest body before the handshake is complete, in bytes.
  package static let limit = 8 << 10
  private static let trailer = 4

  /// A whole frame, header and all.
  package static func encode(_ kind: FrameKind, _ map: [UInt8]) -> Bytes {
    var frame = ByteBuffer(capacity: FrameHeader.size + map.count + trailer)
    frame.appendZeros(FrameHeader.size)
    appendBody(kind, map, to: &frame)
    var body = OutgoingBody(frame)
    body.writeHeader(FrameHeader(kind: kind))
    return body.intoBuffer().freeze()
  }

  /// The body for a frame that goes through the pipeline: a REJECT after the handshake.
  package static func appendBody(_ kind: FrameKind, _ map: [UInt8], to buffer: inout ByteBuffer) {
    buffer.append(map)
    buffer.append(bigEndian: checksum(FrameHeader(kind: kind), Bytes(map)))
  }

  /// The map inside the body, its checksum checked.
  ///
  /// - Throws: `.badData` when it does not agree, or where the header says more than a length and a
  ///   kind.
  package static func open(_ frame: Frame) throws(PouchError) -> Bytes {
    var bare = FrameHeader(kind: frame.header.kind)
    bare.length = frame.header.length
    guard frame.header == bare else {
      throw PouchError(
        .badData, "a \(frame.header.kind) frame has flags, stages, a first id or a count")
    }
    let length = frame.body.count - trailer
    guard length >= 0 else {
      throw PouchError(.badData, "a \(frame.header.kind) frame is too short")
    }
    let map = frame.body.prefix(length)
    let sum: UInt32 = frame.body.withUnsafeBytes { $0.bigEndian(length) }
    guard checksum(FrameHeader(kind: frame.header.kind), map) == sum else {
      throw PouchError(.badData, "a \(frame.header.kind) frame arrived damaged")
    }
    return map
  }

  /// The REJECT that tells the peer about `error`; nil when there is nothing to tell.
  package static func rejection(for error: PouchError) -> Bytes? {
    Rejection(error).map { encode(.reject, $0.encoded()) }
  }

  /// What a REJECT says. It is never answered, whether it can be read or not.
  package static func rejection(_ frame: Frame) -> PouchError {
    do throws(PouchError) {
      return try Rejection(reading: open(frame)).error
    } catch {
      return error.answered(by: .silence)
    }
  }

  private static func checksum(_ header: FrameHeader, _ map: Bytes) -> UInt32 {
    let seed = header.withCoveredBytes { crc32c($0) }
    return map.withUnsafeBytes { crc32c($0, continuing: seed) }
  }
}
