extension Indexer {
  /// Reads a head, refusing all that no well-formed item starts with.
  @inline(__always)
  func checkedHead(at offset: Int) throws(CBORError) -> Head {
    guard offset < count else { throw truncation(at: offset) }
    let initial = base[offset]
    if initial & 0x1f >= 24 { try checkLongHead(initial, at: offset) }
    return Head(validated: base + offset)
  }

  @inline(__always)
  private func checkLongHead(_ initial: UInt8, at offset: Int) throws(CBORError) {
    // Most of them are followed by more than the longest could need.
    if initial & 0x1f < 28, count &- offset >= 9, initial != MajorType.simple &<< 5 | 24 { return }
    try checkRareHead(initial, at: offset)
  }

  @inline(never)
  private func checkRareHead(_ initial: UInt8, at offset: Int) throws(CBORError) {
    let major = initial >> 5
    switch initial & 0x1f {
    case 24: try checkRoom(1, at: offset)
    case 25: try checkRoom(2, at: offset)
    case 26: try checkRoom(4, at: offset)
    case 27: try checkRoom(8, at: offset)
    case 31:
      if major == MajorType.unsigned || major == MajorType.negative || major == MajorType.tag {
        throw failure(.malformed, "an item that has no indefinite length", at: offset)
      }
    default:
      throw failure(
        .malformed, "reserved additional information \(initial & 0x1f)", at: offset)
    }
    if initial == MajorType.simple << 5 | 24, base[offset + 1] < 32 {
      throw failure(
        .malformed, "simple value \(base[offset + 1]) in two bytes", at: offset)
    }
  }

  private func checkRoom(_ size: Int, at offset: Int) throws(CBORError) {
    if count &- offset &- 1 < size { throw truncation(at: offset) }
  }

  @inline(__always)
  func checkString(_ head: Head, at offset: Int) throws(CBORError) {
    let available = count &- offset &- head.size
    guard head.argument <= UInt64(available) else {
      throw failure(
        .truncated, "\(head.typeName) of \(head.argument) bytes, of which \(available) are there",
        at: offset)
    }
    if head.major == MajorType.text,
      !UTF8Validation.isValid(
        base + offset + head.size, Int(truncatingIfNeeded: head.argument), readable: available)
    {
      throw failure(.invalidUTF8, "a text string that is not UTF-8", at: offset)
    }
  }

  @inline(__always)
  func checkDepth(at start: Int) throws(CBORError) {
    if level >= limits.depth { throw tooDeep(at: start) }
  }

  func checkBreak(at offset: Int) throws(CBORError) {
    let (kind, remaining) = (top.pointee.kind, top.pointee.remaining)
    guard kind == .array || kind == .map, remaining <= 0 else {
      throw failure(.malformed, "a break outside of an indefinite length", at: offset)
    }
    guard kind == .array || remaining & 1 == 0 else {
      throw failure(.malformed, "a break between a key and its value", at: offset)
    }
  }
}
