internal import CBOR

/// Writes a value as a pickle, without recursion.
struct Pickler {
  var writer = PickleWriter()
  private var keys = KeyTable(budget: Self.mostComparisons)
  private var open: [Open] = []
  /// How many more lists arrays of several dimensions may unfold to.
  var lists: Int

  private static let mostComparisons = 10_000_000

  /// A container whose children are being written.
  private struct Open {
    let values: [Value]
    var next = 0
    /// Whether each of the children is, or belongs to, a key; every other one is in a map.
    let isKey: Bool
    let isMap: Bool
    /// What is written behind the last.
    let closing: Opcode
  }

  init(mostLists: Int) { lists = mostLists }

  mutating func pickle(_ value: Value) throws(PickleError) -> [UInt8] {
    writer.writeProtocol()
    try write(value, isKey: false)
    while let top = open.indices.last {
      let next = open[top].next
      guard next < open[top].values.count else {
        writer.write(open.removeLast().closing)
        continue
      }
      open[top].next = next + 1
      try write(
        open[top].values[next],
        isKey: open[top].isKey || open[top].isMap && next.isMultiple(of: 2))
    }
    writer.write(.stop)
    return writer.bytes
  }

  /// Writes a scalar whole; begins any other value.
  private mutating func write(_ value: Value, isKey: Bool) throws(PickleError) {
    switch value {
    case .text(let text): writer.write(text: text)
    case .unsigned(let value): writer.write(unsigned: value)
    case .negative(let value): writer.write(negative: value)
    case .float(let value): writer.write(float: value)
    case .boolean(let value): writer.write(value ? .newTrue : .newFalse)
    case .null: writer.write(.none)
    case .bytes(let bytes): writer.write(bytes: bytes)
    case .array: if isKey { openTuple(value.array ?? []) } else { openList(value.array ?? []) }
    case .map(let entries):
      guard !isKey else { throw unsupported("a map as a key, which Python cannot hash") }
      try openMap(entries.alternating)
    case .tagged(let tagged): try write(tagged, isKey: isKey)
    case .undefined: throw unsupported("undefined has no counterpart in Python")
    case .simple(let value):
      throw unsupported("the simple value \(value) has no counterpart in Python")
    }
  }

  func unsupported(_ message: String) -> PickleError { PickleError(.unsupported, message) }
}

// MARK: - Containers

extension Pickler {
  private mutating func openList(_ elements: [Value]) {
    writer.startList(elements.count)
    if let closing = PickleWriter.closing(list: elements.count) {
      open.append(Open(values: elements, isKey: false, isMap: false, closing: closing))
    }
  }

  private mutating func openMap(_ entries: [Value]) throws(PickleError) {
    try checkKeys(entries, step: 2)
    writer.write(.emptyDict)
    if entries.count > 2 { writer.write(.mark) }
    if !entries.isEmpty {
      open.append(
        Open(
          values: entries, isKey: false, isMap: true,
          closing: entries.count > 2 ? .setItems : .setItem))
    }
  }

  private mutating func openTuple(_ elements: [Value]) {
    let closing: Opcode =
      switch elements.count {
      case 0: .emptyTuple
      case 1: .tuple1
      case 2: .tuple2
      case 3: .tuple3
      default: .tuple
      }
    if closing == .tuple { writer.write(.mark) }
    open.append(Open(values: elements, isKey: true, isMap: false, closing: closing))
  }

  private mutating func openSet(_ elements: [Value], isFrozen: Bool) throws(PickleError) {
    try checkKeys(elements, step: 1)
    if isFrozen {
      writer.write(.mark)
      open.append(Open(values: elements, isKey: true, isMap: false, closing: .frozenSet))
    } else {
      writer.write(.emptySet)
      if !elements.isEmpty {
        writer.write(.mark)
        open.append(Open(values: elements, isKey: true, isMap: false, closing: .addItems))
      }
    }
  }

  /// Refuses different keys of which Python would keep one.
  private mutating func checkKeys(_ values: [Value], step: Int) throws(PickleError) {
    // Text, bytes and integers are what they are; nearly all keys are such.
    let mayCoincide = stride(from: 0, to: values.count, by: step).contains { index in
      switch values[index] {
      case .text, .bytes, .unsigned, .negative: false
      default: true
      }
    }
    guard mayCoincide else { return }
    for duplicate in try keys.duplicates(in: values, step: step) where !duplicate.holdsNaN {
      let (first, second) = (values[duplicate.first], values[duplicate.second])
      guard first == second else {
        throw unsupported(
          "the keys \(Name.shown(first.diagnosticNotation)) and"
            + " \(Name.shown(second.diagnosticNotation)) are one in Python")
      }
    }
  }
}

// MARK: - Tags

extension Pickler {
  private mutating func write(_ tagged: Value.Tagged, isKey: Bool) throws(PickleError) {
    switch tagged.tag {
    case 2, 3: try writeInteger(tagged)
    case 40, 1040, 64...87:
      guard !isKey else {
        throw unsupported("tag \(tagged.tag), an array of numbers, as a key")
      }
      if (64...87).contains(tagged.tag) {
        try writeNumbers(tagged)
      } else {
        try writeDimensions(tagged)
      }
    case 258:
      guard let elements = tagged.content.array else {
        throw unsupported("tag 258, a set, without an array")
      }
      try openSet(elements, isFrozen: isKey)
    case 55_799:
      // Self-described CBOR: the tag only says that this is CBOR.
      var content = tagged.content
      while case .tagged(let inner) = content, inner.tag == 55_799 { content = inner.content }
      try write(content, isKey: isKey)
    default:
      guard let call = StandardCall(tagged) else {
        throw unsupported("tag \(tagged.tag)\(StandardCall.shortcoming(tagged.tag))")
      }
      writer.write(call)
    }
  }

  private mutating func writeInteger(_ tagged: Value.Tagged) throws(PickleError) {
    guard let integer = Value.tagged(tagged).bigInteger else {
      throw unsupported("tag \(tagged.tag), a large integer, without bytes")
    }
    guard integer.magnitude.count < Int(Int32.max) else {
      throw PickleError(.limitExceeded, "an integer of 2 GiB or more")
    }
    writer.write(integer)
  }
}
