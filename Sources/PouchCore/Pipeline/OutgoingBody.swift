/// A frame's body on its way out: what was gathered in the outbox, and, uncopied behind it, at
/// most one large payload, and what the stages append.
public struct OutgoingBody: ~Copyable {
  /// What stands in front: entry heads, attributes, small payloads.
  private var front: Bytes
  /// A large payload, shared with whoever sent it.
  private var payload: Bytes
  /// What stages appended.
  private var trailer: ByteBuffer

  /// A body of `front` followed by `payload`.
  public init(front: Bytes, payload: Bytes = Bytes()) {
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
    trailer.append(bytes)
  }

  /// Appends `value` in network byte order.
  public mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
    trailer.append(bigEndian: value)
  }

  /// Puts `bytes` in the place of everything.
  public mutating func replace(with bytes: Bytes) {
    front = bytes
    payload = Bytes()
    trailer = ByteBuffer()
  }

  /// The segments, to be written in order.
  consuming func segments() -> (front: Bytes, payload: Bytes, trailer: Bytes) {
    (front, payload, trailer.freeze())
  }
}
