internal import CBOR

/// Writes tuples and sets so that those which are one to Python are the same bytes: every element
/// as its form, the elements of sets in the order of their bytes.
struct CompositeWriter {
  private(set) var budget: Int
  private(set) var bytes: [UInt8] = []
  private(set) var holdsNaN = false
  private var open: [Open] = []

  /// A tuple or set that is being written.
  private struct Open {
    let elements: [Value]
    let isSet: Bool
    var next = 0
    /// Where each element of a set starts.
    var starts: [Int] = []
  }

  init(budget: Int) { self.budget = budget }

  mutating func write(_ key: Value) throws(PickleError) {
    try start(key)
    while let top = open.indices.last {
      let next = open[top].next
      if open[top].isSet { open[top].starts.append(bytes.count) }
      guard next < open[top].elements.count else {
        let closed = open.removeLast()
        if closed.isSet { sortElements(closed.starts) }
        continue
      }
      open[top].next = next + 1
      try start(open[top].elements[next])
    }
  }

  private mutating func start(_ value: Value) throws(PickleError) {
    budget -= 1
    guard budget >= 0 else {
      throw PickleError(.limitExceeded, "keys that hold too many objects to be compared")
    }
    if let scalar = KeyForm(scalar: value) { return append(scalar) }
    switch value {
    case .array(let elements):
      append(kind: 8, UInt64(elements.count))
      open.append(Open(elements: value.array ?? [], isSet: false))
    case .tagged(let tagged) where tagged.tag == 258:
      guard let elements = tagged.content.array else { fallthrough }
      append(kind: 9, UInt64(elements.count))
      open.append(Open(elements: elements, isSet: true))
    default:
      throw PickleError(.unsupported, "a key that Python cannot hash")
    }
  }

  private mutating func append(_ form: KeyForm) {
    switch form {
    case .none: append(kind: 0, 0)
    case .unsigned(let value): append(kind: 1, value)
    case .negative(let value): append(kind: 2, value)
    case .large(let value):
      append(kind: value.isNegative ? 4 : 3, UInt64(value.magnitude.count))
      bytes += value.magnitude
    case .fraction(let bits): append(kind: 5, bits)
    case .nan:
      holdsNaN = true
      append(kind: 5, Double.nan.bitPattern)
    case .text(let text):
      append(kind: 6, UInt64(text.text.utf8.count))
      bytes += text.text.utf8
    case .bytes(let content):
      append(kind: 7, UInt64(content.count))
      bytes += content
    case .standard(let tag, let content):
      append(kind: 10, tag)
      append(kind: 10, UInt64(content.count))
      bytes += content
    case .composite(let content, _): bytes += content
    }
  }

  private mutating func append(kind: UInt8, _ number: UInt64) {
    bytes.append(kind)
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  /// - Parameter starts: Where the elements start, and where the last one ends.
  private mutating func sortElements(_ starts: [Int]) {
    guard let first = starts.first else { return }
    let sorted = zip(starts, starts.dropFirst())
      .map { bytes[$0..<$1] }
      .sorted { $0.lexicographicallyPrecedes($1) }
      .flatMap { $0 }
    bytes.replaceSubrange(first..., with: sorted)
  }
}
