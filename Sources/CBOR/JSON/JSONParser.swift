/// Reads JSON text, without recursion.
struct JSONParser {
  private struct Open {
    let isObject: Bool
    /// Elements; or names and values in turn.
    var items: [Value] = []
    /// The names so far, where none may come twice.
    var names: Set<JSONName> = []
  }

  private var scanner: JSONScanner
  private let limits: DecodingLimits
  private var stack: [Open] = []
  private var items = 0

  init(_ bytes: [UInt8], limits: DecodingLimits) {
    scanner = JSONScanner(bytes)
    self.limits = limits
  }

  mutating func parse() throws(CBORError) -> Value {
    while true {
      var item = try start()
      while let done = item {
        guard let top = stack.indices.last else { return try finish(done) }
        stack[top].items.append(done)
        item = try goOn(stack[top].isObject)
      }
    }
  }

  private mutating func finish(_ value: Value) throws(CBORError) -> Value {
    scanner.skipBlanks()
    guard scanner.next == nil else { throw scanner.unexpected("nothing more") }
    return value
  }

  /// Takes a scalar or what is empty, or opens a container and returns nil.
  private mutating func start() throws(CBORError) -> Value? {
    scanner.skipBlanks()
    try count()
    let isObject = scanner.next == UInt8(ascii: "{")
    guard isObject || scanner.next == UInt8(ascii: "[") else { return try scanner.scalar() }
    guard stack.count < limits.depth else {
      throw CBORError(
        .depthExceeded, "arrays and objects nested more than \(limits.depth) deep",
        offset: scanner.position)
    }
    scanner.position += 1
    scanner.skipBlanks()
    if scanner.take(isObject ? "}" : "]") {
      return isObject ? .map(Value.Entries(node: .empty)) : .array(Value.Elements([]))
    }
    stack.append(Open(isObject: isObject))
    if isObject { try name() }
    return nil
  }

  private mutating func count() throws(CBORError) {
    items += 1
    if items > limits.items {
      throw CBORError(
        .itemsExceeded, "more than \(limits.items) data items", offset: scanner.position)
    }
  }

  /// Takes the name of a member and the colon behind it.
  private mutating func name() throws(CBORError) {
    scanner.skipBlanks()
    try count()
    let start = scanner.position
    guard scanner.next == UInt8(ascii: "\"") else { throw scanner.unexpected("a name in quotes") }
    let name = try scanner.string()
    let top = stack.count - 1
    if !limits.allowsDuplicateKeys, !stack[top].names.insert(JSONName(name)).inserted {
      throw CBORError(
        .duplicateKey, "the name \(Value.text(name)) stands in the object already", offset: start)
    }
    stack[top].items.append(.text(name))
    scanner.skipBlanks()
    guard scanner.take(":") else { throw scanner.unexpected("':' behind a name") }
  }

  /// Takes what follows an item of the innermost container, and returns that if it ends here.
  private mutating func goOn(_ isObject: Bool) throws(CBORError) -> Value? {
    scanner.skipBlanks()
    if scanner.take(",") {
      if isObject { try name() }
      return nil
    }
    guard scanner.take(isObject ? "}" : "]"), let done = stack.popLast() else {
      throw scanner.unexpected(isObject ? "',' or '}'" : "',' or ']'")
    }
    return isObject ? .map(Value.Entries(alternating: done.items)) : .array(done.items)
  }
}

/// A name in an object, equal to another when its bytes are: strings compare by what they look
/// like.
struct JSONName: Hashable {
  private let text: String

  init(_ text: String) { self.text = text }

  static func == (left: JSONName, right: JSONName) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
