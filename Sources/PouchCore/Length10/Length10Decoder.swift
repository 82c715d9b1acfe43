/// Cuts a stream of bytes into the objects of the framing `length10`, in place.
///
/// The header of an object is read first, and then its payload, at once or in pieces. Nothing is
/// allocated for what a header announces.
package struct Length10Decoder: Sendable {
  /// The largest payload that is accepted, in bytes; nil for any.
  private let limit: UInt64?
  /// The length of the payload whose header was read last.
  private var length: UInt64 = 0

  /// How many headers were read; also the number of the object that was begun last.
  package private(set) var count: UInt64 = 0
  /// How many bytes of that object's payload have not been taken.
  package private(set) var remaining: UInt64 = 0

  package init(limit: UInt64?) {
    self.limit = limit
  }

  /// Whether an object has begun and not ended, given what is left in `buffer`.
  package func isInsideObject(_ buffer: borrowing ByteBuffer) -> Bool {
    remaining > 0 || !buffer.isEmpty
  }

  /// Takes the next header from the front of `buffer`. The payload before it must have been taken.
  ///
  /// - Returns: The length of the payload that follows; nil when more bytes are needed.
  /// - Throws: As soon as a byte is wrong: `.protocolMismatch` in the first header, with what the
  ///   bytes look like, and `.badData` in a later one; `.limitExceeded` for a payload that is too
  ///   long, before any of it is waited for.
  package mutating func nextHeader(_ buffer: inout ByteBuffer) throws(PouchError) -> UInt64? {
    precondition(remaining == 0, "the payload before this header was not taken")
    let length: UInt64? = try buffer.withUnsafeBytes { (bytes) throws(PouchError) in
      let header = UnsafeRawBufferPointer(rebasing: bytes.prefix(Length10.headerSize))
      if let index = Length10.firstFault(in: header) {
        throw Length10Fault(index: index, seen: Array(bytes.prefix(StreamOpening.size)))
          .error(object: count + 1)
      }
      return header.count == Length10.headerSize ? Length10.length(header) : nil
    }
    guard let length else { return nil }
    if let limit, length > limit {
      throw PouchError(
        .limitExceeded, "object \(count + 1) announces \(length) bytes; the limit is \(limit)",
        hint: "raise limits.object at this end, or receive objects as streams")
    }
    buffer.discard(Length10.headerSize)
    count += 1
    self.length = length
    remaining = length
    return length
  }

  /// Takes all that is left of the payload, sharing the buffer's memory.
  ///
  /// - Returns: nil when more bytes are needed.
  package mutating func takeWhole(_ buffer: inout ByteBuffer) -> Bytes? {
    guard UInt64(buffer.count) >= remaining else { return nil }
    defer { remaining = 0 }
    return buffer.take(Int(remaining))
  }

  /// Takes what there is of the payload, at most `longest` bytes, sharing the buffer's memory.
  ///
  /// - Returns: nil when more bytes are needed, or none is left.
  package mutating func takePiece(_ buffer: inout ByteBuffer, longest: Int) -> Bytes? {
    let size = min(buffer.count, longest, Int(clamping: remaining))
    guard size > 0 else { return nil }
    remaining -= UInt64(size)
    return buffer.take(size)
  }

  /// What it means that the stream ends here; nil at the end of an object, where it may.
  package func truncation(_ buffer: borrowing ByteBuffer) -> PouchError? {
    guard isInsideObject(buffer) else { return nil }
    let hint = "the sender may have died; what is incomplete was not handed over"
    if remaining > 0 {
      let arrived = length - remaining + UInt64(buffer.count)
      return PouchError(
        .truncated,
        "the stream ended inside an object, behind \(arrived) of its \(length) bytes", hint: hint,
        objectID: count)
    }
    return PouchError(
      .truncated,
      "the stream ended inside a length header, behind \(buffer.count) of its "
        + "\(Length10.headerSize) bytes", hint: hint, objectID: count + 1)
  }
}
