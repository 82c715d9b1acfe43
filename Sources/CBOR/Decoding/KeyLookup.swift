extension Document {
  /// After this many keys that were not the one, a table is made of the map.
  private static let patience = 64

  /// Finds the value of a text key.
  ///
  /// The search starts where the last one ended and goes round once: types ask for their keys in
  /// the order in which they were written, so that the next key is nearly always the one.
  ///
  /// - Parameter stays: Whether the same key is likely to be asked for again, so that the next
  ///   search starts with it.
  func value(of key: String, in map: ItemCursor, stays: Bool) -> ItemCursor? {
    var key = key
    if !tables.isEmpty, let table = tables[map.offset] { return table[key] }
    return key.withUTF8 { text in
      let first = text.count < 24 ? MajorType.text << 5 | UInt8(text.count) : Initial.break
      return search(map, stays: stays) { key in
        if base[key.offset] == first { return equal(key.offset &+ 1, text) }
        return isLongText(key, text)
      }
    }
  }

  /// Finds the value of an integer key.
  func value(of key: Int, in map: ItemCursor, stays: Bool = false) -> ItemCursor? {
    let major = key < 0 ? MajorType.negative : MajorType.unsigned
    let argument = UInt64(key < 0 ? ~key : key)
    return search(map, stays: stays) { key in
      let head = head(key)
      return head.major == major && head.argument == argument
    }
  }

  /// Compares the bytes from an offset on, of which there are as many as the text has.
  @inline(__always)
  private func equal(_ offset: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = text.baseAddress else { return true }
    let (left, right) = (UnsafeRawPointer(base + offset), UnsafeRawPointer(start))
    var position = 0
    while text.count &- position >= 8 {
      let (one, other) = (
        (left + position).loadUnaligned(as: UInt64.self),
        (right + position).loadUnaligned(as: UInt64.self)
      )
      if one != other { return false }
      position &+= 8
    }
    while position < text.count {
      if base[offset &+ position] != text[position] { return false }
      position &+= 1
    }
    return true
  }

  /// Compares a key that is long, or not written in the shortest way.
  private func isLongText(_ key: ItemCursor, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let head = head(key)
    guard head.major == MajorType.text, head.information >= 24 else { return false }
    return head.isIndefinite
      ? stringBytes(key, head).elementsEqual(text)
      : content(key, head).elementsEqual(text)
  }

  @inline(__always)
  private func search(
    _ map: ItemCursor, stays: Bool, _ matches: (ItemCursor) -> Bool
  ) -> ItemCursor? {
    let head = head(map)
    guard head.argument > 0 || head.isIndefinite else { return nil }
    let record = records + map.record
    let first = ItemCursor(offset: map.offset &+ head.size, record: map.record &+ 1)
    let end = record.pointee.end &- (head.isIndefinite ? 1 : 0)
    if first.offset == end { return nil }
    let start =
      record.pointee.search == 0
      ? first
      : ItemCursor(offset: record.pointee.search, record: Int(record.pointee.searchRecord))
    var key = start
    var misses = 0
    repeat {
      let value = after(key)
      if matches(key) {
        var next = key
        if !stays {
          next = after(value)
          if next.offset == end { next = first }
        }
        record.pointee.search = next.offset
        record.pointee.searchRecord = UInt32(truncatingIfNeeded: next.record)
        return value
      }
      misses &+= 1
      if misses == Document.patience { makeTable(map) }
      key = after(value)
      if key.offset == end { key = first }
    } while key.offset != start.offset
    return nil
  }

  /// Notes where every text key's value stands, so that maps with very many keys are not gone
  /// through for each.
  private func makeTable(_ map: ItemCursor) {
    guard tables[map.offset] == nil else { return }
    var table: [String: ItemCursor] = [:]
    var items = ContainerItems(self, map, head(map))
    while let key = items.next(), let value = items.next() {
      let head = head(key)
      guard head.major == MajorType.text else { continue }
      // Two texts that Swift holds equal cannot both be found by name; the search still can.
      if table.updateValue(value, forKey: string(key, head)) != nil { return }
    }
    tables[map.offset] = table
  }
}
