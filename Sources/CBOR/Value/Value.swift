/// Any CBOR data item: the generic data model of RFC 8949, whole.
///
/// ```swift
/// let value: Value = ["id": 7, "name": "lamp", 1: [true, .null]]
/// let copy = try Value(decoding: value.encoded())
/// ```
///
/// Integers and floats are different items, 0.0 and -0.0 too, and every NaN is one item. Maps
/// keep the order of their entries and are equal in any order. Tags that this module does not
/// know are kept. A value of any depth is compared, hashed, encoded and released without
/// recursion.
public enum Value: Sendable {
  /// An integer from 0 to 2^64 - 1.
  case unsigned(UInt64)
  /// The integer -1 - n, down to -2^64.
  case negative(UInt64)
  case bytes([UInt8])
  case text(String)
  case array(Elements)
  case map(Entries)
  case tagged(Tagged)
  case boolean(Bool)
  case null
  case undefined
  case float(Double)
  /// A simple value without a name: 0 to 19, or 32 to 255.
  case simple(UInt8)
}

extension Value {
  /// The elements of an array.
  public struct Elements: Sendable, RandomAccessCollection, ExpressibleByArrayLiteral {
    let node: ValueNode

    init(node: ValueNode) { self.node = node }

    public init(_ elements: [Value]) {
      node = elements.isEmpty ? .empty : ValueNode(items: elements)
    }

    public init(arrayLiteral elements: Value...) { self.init(elements) }

    public var startIndex: Int { 0 }
    public var endIndex: Int { node.items.count }
    public subscript(index: Int) -> Value { node.items[index] }
  }

  /// A key of a map with its value.
  public struct Entry: Sendable, Hashable {
    public var key: Value
    public var value: Value

    public init(key: Value, value: Value) {
      self.key = key
      self.value = value
    }
  }

  /// The entries of a map, in the order in which they were written.
  public struct Entries: Sendable, RandomAccessCollection, ExpressibleByDictionaryLiteral {
    let node: ValueNode

    init(node: ValueNode) { self.node = node }

    /// Keys and values in turn.
    package init(alternating items: [Value]) {
      node = items.isEmpty ? .empty : ValueNode(items: items)
    }

    /// Keys and values in turn.
    package var alternating: [Value] { node.items }

    public init(_ entries: some Sequence<Entry>) {
      self.init(alternating: entries.flatMap { [$0.key, $0.value] })
    }

    public init(dictionaryLiteral entries: (Value, Value)...) {
      self.init(alternating: entries.flatMap { [$0.0, $0.1] })
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { node.items.count / 2 }
    public subscript(index: Int) -> Entry {
      Entry(key: node.items[2 * index], value: node.items[2 * index + 1])
    }
  }

  /// A tag number with the item that it gives a meaning to.
  public struct Tagged: Sendable {
    let node: ValueNode

    init(node: ValueNode) { self.node = node }

    public init(tag: UInt64, content: Value) {
      node = ValueNode(items: [content], tag: tag)
    }

    public var tag: UInt64 { node.tag }
    public var content: Value { node.items[0] }
  }

  public static func array(_ elements: [Value]) -> Value { .array(Elements(elements)) }

  public static func map(_ entries: [Entry]) -> Value { .map(Entries(entries)) }

  public static func tagged(_ tag: UInt64, _ content: Value) -> Value {
    .tagged(Tagged(tag: tag, content: content))
  }
}
