/// A small object inside the body of a frame, in two words: where its payload stands, and what its
/// head says. It fits into registers, beside an id and one reference more.
@usableFromInline
package struct PackedEntry: Sendable {
  @usableFromInline let storage: ByteStorage?
  /// The payload's offset in the memory above the head's 32 bits.
  @usableFromInline var place: UInt64

  @inlinable @inline(__always)
  init(storage: ByteStorage?, place: UInt64) {
    self.storage = storage
    self.place = place
  }

  /// An entry without attributes whose payload is `payload`.
  ///
  /// - Returns: nil for one that is too long, or too far into its memory.
  package init?(_ payload: Bytes, format: ObjectFormat) {
    guard payload.count < 1 << 24, payload.offset <= UInt32.max else { return nil }
    storage = payload.storage
    place =
      UInt64(payload.offset) << 32 | UInt64(payload.count) << 8 | UInt64(format.rawValue)
  }

  /// An empty entry at the beginning of `body`, from which `move` goes on.
  package init(of body: Bytes) {
    precondition(body.offset + body.count <= UInt32.max, "a frame is in a buffer of some megabytes")
    self.init(storage: body.storage, place: UInt64(body.offset) << 32)
  }

  /// An entry whose payload is too long, or that has attributes: its memory and its format are here,
  /// and the rest is not.
  package init(partly payload: Bytes, format: ObjectFormat) {
    self.init(
      storage: payload.storage, place: UInt64(Entry.hasAttributesBit | format.rawValue))
  }

  /// What is known of the entry without looking at it.
  @inlinable @inline(__always)
  package var head: EntryHead { EntryHead(word: UInt32(truncatingIfNeeded: place)) }

  @inlinable @inline(__always)
  package var format: ObjectFormat { head.format }

  /// Whether the payload is here.
  @inlinable @inline(__always)
  package var isPlain: Bool { head.isPlain }

  /// The payload; where the entry is not plain, the bytes of its memory that the caller names.
  ///
  /// One value on every path, so that nothing is counted when the caller only looks at it.
  @inlinable @inline(__always)
  package func payload(_ offset: () -> Int, _ count: () -> Int) -> Bytes {
    Bytes(
      storage: storage, offset: isPlain ? Int(place >> 32) : offset(),
      count: isPlain ? head.length : count())
  }

  /// Goes on to another plain entry of the same body, whose payload begins at `position`.
  @inlinable @inline(__always)
  package mutating func move(to head: EntryHead, at position: Int, of body: borrowing Bytes) {
    assert(storage === body.storage, "not an entry of the same body")
    place = UInt64(truncatingIfNeeded: body.offset &+ position) << 32 | UInt64(head.word)
  }
}
