/// Goes over the items of an array or map, in which keys and values take turns.
struct ContainerItems {
  /// Not held: these items are gone over within a call on the document, or by a reader that holds
  /// it.
  private unowned(unsafe) let document: Document
  /// Where the next item starts.
  private(set) var cursor: ItemCursor
  /// How many items there are, or nil until a break.
  let count: Int?
  /// How many items have been taken.
  private(set) var taken = 0

  /// - Parameters:
  ///   - cursor: The array or map itself.
  ///   - head: Its head.
  @inline(__always)
  init(_ document: Document, _ cursor: ItemCursor, _ head: Head) {
    self.document = document
    self.cursor = ItemCursor(offset: cursor.offset &+ head.size, record: cursor.record &+ 1)
    let entries = Int(truncatingIfNeeded: head.argument)
    count = head.isIndefinite ? nil : head.major == MajorType.map ? entries &* 2 : entries
  }

  @inline(__always)
  var isAtEnd: Bool {
    if let count { return taken == count }
    return document.base[cursor.offset] == Initial.break
  }

  /// Steps over the next item, which the caller has seen at `cursor`.
  @inline(__always)
  mutating func advance() {
    cursor = document.after(cursor)
    taken &+= 1
  }

  @inline(__always)
  mutating func next() -> ItemCursor? {
    if isAtEnd { return nil }
    let item = cursor
    advance()
    return item
  }

  /// How many items to make room for at once, given that an item may take one byte only.
  var reservation: Int { min(count ?? 0, 1024) }
}

extension Document {
  /// The elements of the array at a place, tags ignored.
  @inline(__always)
  func elements(
    _ cursor: ItemCursor, for type: @autoclosure () -> any Any.Type
  ) throws -> ContainerItems {
    let head = head(cursor)
    if head.major == MajorType.array { return ContainerItems(self, cursor, head) }
    let inner = untagged(cursor)
    let innerHead = self.head(inner)
    guard innerHead.major == MajorType.array else { throw mismatch(type(), "an array", inner) }
    return ContainerItems(self, inner, innerHead)
  }

  /// The place of the map at a place, tags ignored.
  @inline(__always)
  func map(_ cursor: ItemCursor, for type: @autoclosure () -> any Any.Type) throws -> ItemCursor {
    if base[cursor.offset] >> 5 == MajorType.map { return cursor }
    let inner = untagged(cursor)
    guard base[inner.offset] >> 5 == MajorType.map else { throw mismatch(type(), "a map", inner) }
    return inner
  }
}
