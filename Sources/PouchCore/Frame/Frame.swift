/// One frame as it arrived: its header and its body, still as it travelled.
package struct Frame: Sendable {
  package var header: FrameHeader
  package var body: Bytes

  package init(header: FrameHeader, body: Bytes) {
    self.header = header
    self.body = body
  }
}

/// Cuts a stream of bytes into frames, in place.
package struct FrameDecoder: Sendable {
  /// The largest body of a DATA frame that is accepted, in bytes.
  package var limit: Int

  /// The largest body of a frame of any other kind, as it travels and decoded, in bytes.
  package static let controlLimit = 16 << 10

  /// The header of a frame whose body has not arrived whole.
  private var pending: FrameHeader?

  package init(limit: Int) {
    self.limit = limit
  }

  /// Whether a frame has begun and not ended, given what is left in `buffer`.
  package func isInsideFrame(_ buffer: borrowing ByteBuffer) -> Bool {
    pending != nil || !buffer.isEmpty
  }

  /// Makes room for the rest of a frame that has begun: at once for all of it where that is no more
  /// than four times what has arrived, so that a length which lies costs no memory.
  package func makeRoom(in buffer: inout ByteBuffer) {
    guard let pending else { return }
    let missing = Int(pending.length) - buffer.count
    if missing > buffer.spare { buffer.reserve(min(missing, max(4 * buffer.count, 4 << 10))) }
  }

  private func check(_ header: FrameHeader) throws(PouchError) {
    let isData = header.kind == .data
    let limit = isData ? limit : min(limit, FrameDecoder.controlLimit)
    guard header.length <= limit else {
      throw PouchError(
        .limitExceeded,
        "a \(header.kind) frame announces \(header.length) bytes; the limit is \(limit)",
        hint: isData ? "raise limits.frame at this end, or lower it at the other" : nil)
    }
  }

  /// Takes the next whole frame from the front of `buffer`, sharing its memory.
  ///
  /// - Returns: nil when more bytes are needed.
  /// - Throws: `.badData` for a damaged header, `.limitExceeded` for a body that is too long,
  ///   before any of it is waited for.
  package mutating func next(_ buffer: inout ByteBuffer) throws(PouchError) -> Frame? {
    let header: FrameHeader
    if let pending {
      header = pending
    } else {
      guard buffer.count >= FrameHeader.size else { return nil }
      header = try buffer.withUnsafeBytes { (bytes) throws(PouchError) in
        try FrameHeader(reading: bytes)
      }
      try check(header)
      buffer.discard(FrameHeader.size)
    }
    guard buffer.count >= Int(header.length) else {
      pending = header
      return nil
    }
    pending = nil
    return Frame(header: header, body: buffer.take(Int(header.length)))
  }
}
