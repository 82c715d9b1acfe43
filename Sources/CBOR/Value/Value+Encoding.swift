extension Value {
  /// The preferred serialization: shortest heads and floats, definite lengths.
  ///
  /// - Parameter deterministic: Whether the entries of maps are sorted by their encoded keys
  ///   (RFC 8949, section 4.2.1); otherwise they keep their order.
  public func encoded(deterministic: Bool = false) -> [UInt8] {
    let writer = Writer()
    write(to: writer)
    if deterministic { DeterministicOrder.sort(writer) }
    return writer.array()
  }

  func write(to writer: Writer) { write(to: writer, keepsSimple: false) }

  /// - Parameter keepsSimple: Whether simple values that there are no bytes for, such as 24, are
  ///   written as if there were, for a printer to read.
  func write(to writer: Writer, keepsSimple: Bool) {
    guard let root = open(writer, keepsSimple) else { return }
    // One cursor for each container that is open.
    var stack = [(items: root.items, next: 0)]
    while let top = stack.indices.last {
      let position = stack[top].next
      guard position < stack[top].items.count else {
        stack.removeLast()
        continue
      }
      stack[top].next = position + 1
      if let node = stack[top].items[position].open(writer, keepsSimple) {
        stack.append((items: node.items, next: 0))
      }
    }
  }

  /// Writes a scalar whole, or the head of a container whose node is then returned.
  private func open(_ writer: Writer, _ keepsSimple: Bool) -> ValueNode? {
    switch self {
    case .unsigned(let value): writer.head(MajorType.unsigned, value)
    case .negative(let value): writer.head(MajorType.negative, value)
    case .bytes(let value): value.withUnsafeBytes { writer.write(bytes: $0) }
    case .text(let value): writer.write(text: value)
    case .boolean(let value): writer.write(boolean: value)
    case .null: writer.writeNull()
    case .undefined: writer.write(byte: Initial.undefined)
    case .float(let value): writer.write(float: value)
    case .simple(let value):
      if keepsSimple { writer.write(longSimple: value) } else { writer.write(simple: value) }
    case .array(let elements):
      writer.head(MajorType.array, UInt64(elements.count))
      return elements.node
    case .map(let entries):
      writer.head(MajorType.map, UInt64(entries.count))
      return entries.node
    case .tagged(let tagged):
      writer.head(MajorType.tag, tagged.tag)
      return tagged.node
    }
    return nil
  }
}
