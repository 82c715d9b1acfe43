/// A frame's body on its way out: what was gathered in the outbox, and, uncopied behind it, at
/// most one large payload, and what the stages append.
public struct OutgoingBody: ~Copyable {
  /// Entry heads, attributes, small payloads; with no large payload, what stages append as well.
  private var front: ByteBuffer
  /// A large payload, shared with whoever sent it.
  private var payload: Bytes
  /// What stages append behind a large payload.
  private var trailer: ByteBuffer

  /// A body of `front`, alone.
  public init(_ front: Bytes) {
    self.init(front: ByteBuffer(adopting: front), payload: Bytes())
  }

  /// A body of `front` followed by `payload`. Room behind `front` takes what stages append; room
  /// before it takes the frame's header.
  package init(front: consuming ByteBuffer, payload: Bytes) {
    self.front = front
    self.payload = payload
    trailer = ByteBuffer()
  }

  /// The number of bytes in all segments.
  public var count: Int { front.count + payload.count + trailer.count }

  /// Calls `body` with each run of bytes, in order. Together they are the frame's body.
  public borrowing func forEachSegment<E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    if !front.isEmpty { try front.withUnsafeBytes(body) }
    if !payload.isEmpty { try payload.withUnsafeBytes(body) }
    if !trailer.isEmpty { try trailer.withUnsafeBytes(body) }
  }

  /// Appends `bytes`, such as a checksum.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if payload.isEmpty { front.append(bytes) } else { trailer.append(bytes) }
  }

  /// Appends `value` in network byte order.
  public mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
    if payload.isEmpty {
      front.append(bigEndian: value)
    } else {
      trailer.append(bigEndian: value)
    }
  }

  /// Puts `bytes` in the place of everything.
  public mutating func replace(with bytes: Bytes) {
    front.removeAll()
    trailer.removeAll()
    payload = bytes
  }

  /// Writes `header` with the body's length in front, and hands the whole frame to `segments`.
  package consuming func close(_ header: FrameHeader, into segments: inout [Bytes]) {
    var header = header
    header.length = UInt32(count)
    if front.headroom < FrameHeader.size {
      var room = ByteBuffer(
        recycling: Bytes(), capacity: FrameHeader.size + front.count, headroom: FrameHeader.size)
      front.withUnsafeBytes { room.append($0) }
      front = room
    }
    front.prepend(FrameHeader.size) { header.write(to: $0) }
    segments.append(front.freeze())
    if !payload.isEmpty { segments.append(payload) }
    if !trailer.isEmpty { segments.append(trailer.freeze()) }
  }
}
