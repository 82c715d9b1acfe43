/// A frame's body on its way out: what was gathered in the outbox, at most one large payload
/// behind it, uncopied, in one run or several, and what stages append.
///
/// What was gathered and what is appended share one buffer, behind the room that is kept there
/// for the frame's header: sealing a frame allocates nothing, and a frame without a large payload
/// leaves as one run of bytes.
public struct OutgoingBody: ~Copyable, Sendable {
  /// Bytes that are not this body's (room for the header, and earlier frames), then what was
  /// gathered, then what was appended.
  @usableFromInline var buffer: ByteBuffer
  /// Where the body begins in `buffer`.
  @usableFromInline let start: Int
  /// Where `payload` stands in the body: what the buffer holds from here on comes after it.
  @usableFromInline var split: Int
  @usableFromInline var payload: Bytes
  /// The payload's further runs, behind `payload`; none where that is empty.
  @usableFromInline var further: [Bytes]
  @usableFromInline var furtherCount: Int

  /// A body of `bytes`.
  public init(_ bytes: Bytes) {
    buffer = ByteBuffer()
    start = 0
    split = 0
    payload = bytes
    further = []
    furtherCount = 0
  }

  /// A body of what stands in `buffer` from `start` on, followed by `payload` and `further`.
  ///
  /// `writeHeader` needs 24 bytes in front of `start`.
  package init(
    _ buffer: consuming ByteBuffer, from start: Int = FrameHeader.size, payload: Bytes = Bytes(),
    further: [Bytes] = []
  ) {
    precondition(start >= 0 && start <= buffer.count, "the body begins past its buffer")
    precondition(further.isEmpty || !payload.isEmpty, "further runs stand behind a first one")
    self.start = start
    split = buffer.count
    self.buffer = buffer
    self.payload = payload
    self.further = further
    furtherCount = further.reduce(0) { $0 + $1.count }
  }

  /// The number of bytes in all segments.
  @inlinable
  public var count: Int { buffer.count - start + payload.count + furtherCount }

  /// Calls `body` with each run of bytes, in order. Together they are the frame's body.
  @inlinable
  public borrowing func forEachSegment<E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    let (start, split, payload, further) = (start, split, payload, further)
    try buffer.withUnsafeBytes { (bytes) throws(E) in
      if payload.isEmpty {
        if start < bytes.count { try body(UnsafeRawBufferPointer(rebasing: bytes[start...])) }
        return
      }
      if start < split { try body(UnsafeRawBufferPointer(rebasing: bytes[start..<split])) }
      try payload.withUnsafeBytes(body)
      for run in further { try run.withUnsafeBytes(body) }
      if split < bytes.count { try body(UnsafeRawBufferPointer(rebasing: bytes[split...])) }
    }
  }

  /// Appends `bytes`, such as a checksum.
  @inlinable
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(bytes)
  }

  /// Appends `value` in network byte order.
  @inlinable
  public mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
    buffer.append(bigEndian: value)
  }

  /// Puts `bytes` in the place of everything.
  public mutating func replace(with bytes: Bytes) {
    dropAll()
    // A page is cheaper to copy than to write from a place of its own.
    if bytes.count <= 4096 {
      buffer.append(bytes)
    } else {
      payload = bytes
    }
  }

  /// Puts a copy of `bytes`, which must not be part of this body, in the place of everything.
  public mutating func replace(copying bytes: UnsafeRawBufferPointer) {
    dropAll()
    buffer.append(bytes)
  }

  private mutating func dropAll() {
    payload = Bytes()
    further = []
    furtherCount = 0
    buffer.truncate(to: start)
    split = start
  }

  /// Writes `header`, with this body's length, into the 24 bytes in front of the body.
  package mutating func writeHeader(_ header: FrameHeader) {
    var header = header
    header.length = UInt32(count)
    buffer.withUnsafeMutableBytes(at: start - FrameHeader.size, count: FrameHeader.size) {
      header.write(to: $0)
    }
  }

  /// Adds the runs of the frame to `runs`, with what stands in the buffer in front of the body.
  package consuming func appendRuns(to runs: inout [Bytes]) {
    if payload.isEmpty {
      runs.append(buffer.freeze())
      return
    }
    if split > 0 { runs.append(buffer.take(split)) }
    runs.append(payload)
    runs += further
    if !buffer.isEmpty { runs.append(buffer.freeze()) }
  }

  /// The buffer, to gather the next frame behind this one; the body must have no large payload.
  package consuming func intoBuffer() -> ByteBuffer {
    precondition(payload.isEmpty, "the payload is not in the buffer")
    return buffer
  }
}
