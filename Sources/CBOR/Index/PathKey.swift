/// A step of a coding path: the index of an element or the key of an entry.
struct PathKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }

  static let `super` = PathKey(stringValue: "super")
}

extension DocumentWalk {
  /// The step that a map's key stands for.
  static func pathKey(
    _ key: ItemCursor, base: UnsafePointer<UInt8>, records: UnsafePointer<ContainerRecord>?
  ) -> PathKey {
    let head = Head(validated: base + key.offset)
    switch head.major {
    case MajorType.unsigned:
      if let value = Int(exactly: head.argument) { return PathKey(intValue: value) }
      return PathKey(stringValue: String(head.argument))
    case MajorType.negative:
      if let value = Int(exactly: head.argument) { return PathKey(intValue: -1 - value) }
      return PathKey(stringValue: "-\(UInt128(head.argument) + 1)")
    case MajorType.text where !head.isIndefinite:
      let content = UnsafeBufferPointer(
        start: base + key.offset + head.size, count: Int(truncatingIfNeeded: head.argument))
      return PathKey(stringValue: String(decoding: content, as: UTF8.self))
    default:
      return PathKey(stringValue: "(\(head.typeName))")
    }
  }
}
