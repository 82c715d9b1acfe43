extension Value {
  private static let spare = Spare<Document>()

  /// Decodes one data item.
  ///
  /// - Parameters:
  ///   - bytes: The item, with nothing behind it.
  ///   - limits: What to accept.
  /// - Throws: `CBORError` with the offset of the item that is malformed, too deep, truncated,
  ///   not UTF-8, a duplicate key, or followed by more bytes.
  public init(
    decoding bytes: UnsafeRawBufferPointer, limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    let document = Value.spare.take() ?? Document()
    try document.read(bytes, limits: limits)
    self = document.value(document.root)
    document.trim()
    Value.spare.put(document)
  }

  /// Decodes one data item; see `init(decoding:limits:)`.
  public init(
    decoding bytes: [UInt8], limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(CBORError) in
      try Value(decoding: UnsafeRawBufferPointer(buffer), limits: limits)
    }
  }
}

extension Document {
  private struct Open {
    var items: [Value] = []
    /// Items that are still to come; nil until a break.
    var remaining: Int?
    var head: Head

    func close() -> Value {
      switch head.major {
      case MajorType.array: .array(Value.Elements(items))
      case MajorType.map: .map(Value.Entries(alternating: items))
      default: .tagged(Value.Tagged(node: ValueNode(items: items, tag: head.argument)))
      }
    }
  }

  /// The item at a place as a `Value`, built without recursion.
  func value(_ cursor: ItemCursor) -> Value {
    var stack: [Open] = []
    var cursor = cursor
    while true {
      let head = head(cursor)
      var item: Value
      switch head.major {
      case MajorType.array, MajorType.map, MajorType.tag:
        if head.isIndefinite || head.argument > 0 || head.major == MajorType.tag {
          stack.append(opened(head))
          let inside = head.major == MajorType.tag ? cursor.record : cursor.record + 1
          cursor = ItemCursor(offset: cursor.offset + head.size, record: inside)
          continue
        }
        item = head.major == MajorType.array ? .array([]) : .map(Value.Entries(node: .empty))
        cursor.offset += head.size
      default:
        if head.initial == Initial.break, let open = stack.popLast() {
          item = open.close()
          cursor.offset += 1
        } else {
          item = leaf(cursor, head)
          cursor = after(cursor)
        }
      }
      while true {
        guard let top = stack.indices.last else { return item }
        stack[top].items.append(item)
        guard let remaining = stack[top].remaining else { break }
        stack[top].remaining = remaining - 1
        if remaining > 1 { break }
        item = stack.removeLast().close()
      }
    }
  }

  private func opened(_ head: Head) -> Open {
    var open = Open(head: head)
    if !head.isIndefinite {
      let count =
        switch head.major {
        case MajorType.array: Int(head.argument)
        case MajorType.map: Int(head.argument) * 2
        default: 1
        }
      open.remaining = count
      open.items.reserveCapacity(count)
    }
    return open
  }

  private func leaf(_ cursor: ItemCursor, _ head: Head) -> Value {
    switch head.major {
    case MajorType.unsigned: .unsigned(head.argument)
    case MajorType.negative: .negative(head.argument)
    case MajorType.bytes: .bytes(stringBytes(cursor, head))
    case MajorType.text: .text(string(cursor, head))
    default:
      switch head.initial {
      case Initial.false: .boolean(false)
      case Initial.true: .boolean(true)
      case Initial.null: .null
      case Initial.undefined: .undefined
      case Initial.half, Initial.single, Initial.double: .float(head.float)
      default: .simple(UInt8(truncatingIfNeeded: head.argument))
      }
    }
  }
}
