extension Indexer {
  func truncation(at offset: Int) -> CBORError {
    failure(.truncated, "the bytes end inside a data item", at: offset)
  }

  func tooManyItems(at offset: Int) -> CBORError {
    failure(.itemsExceeded, "more than \(limits.items) data items", at: offset)
  }

  func tooDeep(at offset: Int) -> CBORError {
    failure(
      .depthExceeded, "arrays, maps and tags nested more than \(limits.depth) deep", at: offset)
  }

  func tooFew(_ available: UInt64, for head: Head, at offset: Int) -> CBORError {
    failure(
      .truncated, "\(head.typeName) of \(head.argument), with \(available) bytes left", at: offset)
  }

  @inline(never)
  func failure(_ code: CBORError.Code, _ message: String, at offset: Int) -> CBORError {
    CBORError(code, message, offset: offset, codingPath: path())
  }

  /// The steps to the item that is being read, through all that is open around it.
  private func path() -> [any CodingKey] {
    UnsafeBufferPointer(start: frames.base, count: level + 1).compactMap { frame in
      guard frame.kind == .array || frame.kind == .map else { return nil }
      let head = Head(validated: base + frame.offset)
      let isMap = frame.kind == .map
      let total = head.isIndefinite ? 0 : Int(head.argument) * (isMap ? 2 : 1)
      let done = total - frame.remaining
      guard isMap else { return PathKey(intValue: done) }
      // Between entries there is no key yet to name.
      guard done & 1 == 1 else { return nil }
      var cursor = ItemCursor(offset: frame.offset + head.size, record: frame.record + 1)
      for _ in 0..<done - 1 {
        cursor = DocumentWalk.after(cursor, base: base, records: records.base)
      }
      return DocumentWalk.pathKey(cursor, base: base, records: records.base)
    }
  }
}
