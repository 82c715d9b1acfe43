/// Reads JSON text, without recursion.
struct JSONParser<Target: JSONTarget> {
  private struct Open {
    let isObject: Bool
    /// The names so far, where none may come twice.
    var names: Set<JSONName> = []
  }

  private(set) var target: Target
  private var scanner: JSONScanner
  private let limits: DecodingLimits
  private var stack: [Open] = []
  private var items = 0

  init(_ bytes: [UInt8], limits: DecodingLimits, _ target: Target) {
    scanner = JSONScanner(bytes)
    self.limits = limits
    self.target = target
  }

  /// Reads the text from end to end.
  mutating func parse() throws(CBORError) {
    while true {
      guard try start() else { continue }
      // Closes all that this item was the last of.
      var isWhole = true
      while isWhole {
        guard let top = stack.indices.last else { return try finish() }
        isWhole = try goOn(stack[top].isObject)
      }
    }
  }

  private mutating func finish() throws(CBORError) {
    scanner.skipBlanks()
    guard scanner.next == nil else { throw scanner.unexpected("nothing more") }
  }

  /// Takes a scalar or what is empty, or opens a container.
  ///
  /// - Returns: Whether the item is whole.
  private mutating func start() throws(CBORError) -> Bool {
    scanner.skipBlanks()
    try count()
    let start = scanner.position
    let isObject = scanner.next == UInt8(ascii: "{")
    guard isObject || scanner.next == UInt8(ascii: "[") else {
      let value = try scanner.scalar()
      try target.add(value, size: scanner.position - start, at: start)
      return true
    }
    guard stack.count < limits.depth else {
      throw CBORError(
        .depthExceeded, "arrays and objects nested more than \(limits.depth) deep", offset: start)
    }
    scanner.position += 1
    scanner.skipBlanks()
    if scanner.take(isObject ? "}" : "]") {
      let empty: Value = isObject ? .map(Value.Entries(node: .empty)) : .array(Value.Elements([]))
      try target.add(empty, size: 2, at: start)
      return true
    }
    try target.open(isObject: isObject, at: start)
    stack.append(Open(isObject: isObject))
    if isObject { try name() }
    return false
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
    try target.add(.text(name), size: scanner.position - start, at: start)
    scanner.skipBlanks()
    guard scanner.take(":") else { throw scanner.unexpected("':' behind a name") }
  }

  /// Takes what follows an item of the innermost container.
  ///
  /// - Returns: Whether it ends here.
  private mutating func goOn(_ isObject: Bool) throws(CBORError) -> Bool {
    scanner.skipBlanks()
    if scanner.take(",") {
      if isObject { try name() }
      return false
    }
    guard scanner.take(isObject ? "}" : "]"), stack.popLast() != nil else {
      throw scanner.unexpected(isObject ? "',' or '}'" : "',' or ']'")
    }
    target.close(isObject: isObject)
    return true
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
