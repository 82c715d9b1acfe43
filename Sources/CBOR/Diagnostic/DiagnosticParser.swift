extension Value {
  /// Reads diagnostic notation: RFC 8949, section 8, with RFC 8610, appendix G (comments, text
  /// in single quotes as bytes, embedded items, strings in pieces, other bases, hexadecimal
  /// floats), and trailing commas.
  ///
  /// Encoding indicators (`_`, `_0` to `_3`) are read and not kept, since a value has no widths.
  ///
  /// - Throws: `CBORError`: `syntax`, `depthExceeded`, `itemsExceeded` or `duplicateKey`, with
  ///   an offset in the text's UTF-8.
  public init(
    diagnostic text: String, limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    var parser = DiagnosticParser(text, limits: limits)
    self = try parser.parse()
  }
}

/// Reads diagnostic notation, without recursion.
private struct DiagnosticParser {
  private enum Kind { case array, map, tag(UInt64), embedded, chunks }

  private struct Open {
    let kind: Kind
    let start: Int
    var items: [Value] = []
    /// The keys so far, encoded, where none may come twice.
    var keys: Set<[UInt8]> = []
  }

  private var scanner: DiagnosticScanner
  private let limits: DecodingLimits
  private var stack: [Open] = []
  private var items = 0
  private var size: TreeSize

  init(_ text: String, limits: DecodingLimits) {
    scanner = DiagnosticScanner(text)
    self.limits = limits
    size = TreeSize(limits, source: text.utf8.count)
  }

  mutating func parse() throws(CBORError) -> Value {
    while true {
      try scanner.skipBlanks()
      // A container that is empty or ends in a comma closes where an item could start.
      var item = try closed(afterItem: false)
      if item == nil { item = try start() }
      while let done = item {
        guard !stack.isEmpty else { return try finish(done) }
        try add(done)
        item = try closed(afterItem: true)
      }
    }
  }

  private mutating func finish(_ value: Value) throws(CBORError) -> Value {
    try scanner.skipBlanks()
    guard scanner.next == nil else {
      throw scanner.failure("expected nothing more, found \(scanner.found)")
    }
    return value
  }

  /// Takes a scalar, or opens a container and returns nil.
  private mutating func start() throws(CBORError) -> Value? {
    let start = scanner.position
    items += 1
    if items > limits.items {
      throw CBORError(.itemsExceeded, "more than \(limits.items) data items", offset: start)
    }
    if scanner.take("[") { return try open(.array, start) }
    if scanner.take("{") { return try open(.map, start) }
    if scanner.take(word: "<<") { return try open(.embedded, start) }
    if scanner.take("(") {
      try scanner.skipBlanks()
      guard scanner.next == UInt8(ascii: "_") else {
        throw scanner.failure("expected '_' and chunks, found \(scanner.found)")
      }
      return try open(.chunks, start)
    }
    if let string = try scanner.string() { return string }
    if let word = try word() { return word }
    let number = try scanner.number()
    try scanner.skipBlanks()
    if case .unsigned(let tag) = number, scanner.take("(") { return try open(.tag(tag), start) }
    return number
  }

  private mutating func open(_ kind: Kind, _ start: Int) throws(CBORError) -> Value? {
    guard stack.count < limits.depth else {
      throw CBORError(
        .depthExceeded, "arrays, maps and tags nested more than \(limits.depth) deep",
        offset: start)
    }
    try size.add(TreeSize.item + TreeSize.container, at: start)
    scanner.skipIndicator()
    stack.append(Open(kind: kind, start: start))
    return nil
  }

  private mutating func word() throws(CBORError) -> Value? {
    let start = scanner.position
    let name = scanner.take {
      Character(Unicode.Scalar($0)).isLetter && $0 < 0x80
    }
    switch String(decoding: name, as: UTF8.self) {
    case "": return nil
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "null": return .null
    case "undefined": return .undefined
    case "NaN":
      scanner.skipIndicator()
      return .float(.nan)
    case "Infinity":
      scanner.skipIndicator()
      return .float(.infinity)
    case "simple":
      guard scanner.take("("), case .unsigned(let number) = try scanner.number(),
        scanner.take(")")
      else { throw scanner.failure("expected a number in parentheses", at: start) }
      return try simple(number, start)
    case let name: throw scanner.failure("unknown word \(name)", at: start)
    }
  }

  private func simple(_ number: UInt64, _ start: Int) throws(CBORError) -> Value {
    switch number {
    case 20: return .boolean(false)
    case 21: return .boolean(true)
    case 22: return .null
    case 23: return .undefined
    case 0..<20, 32...255: return .simple(UInt8(number))
    default: throw scanner.failure("there is no simple value \(number)", at: start)
    }
  }

  private mutating func add(_ item: Value) throws(CBORError) {
    let top = stack.count - 1
    if case .map = stack[top].kind, stack[top].items.count.isMultiple(of: 2),
      !limits.allowsDuplicateKeys,
      !stack[top].keys.insert(item.encoded(deterministic: true)).inserted
    {
      throw CBORError(
        .duplicateKey, "the key \(item) stands in the map already", offset: stack[top].start)
    }
    stack[top].items.append(item)
  }

  /// Takes what may follow an item, or stand in place of the first, and returns the innermost
  /// container if that closes it.
  private mutating func closed(afterItem: Bool) throws(CBORError) -> Value? {
    guard let open = stack.last else { return nil }
    try scanner.skipBlanks()
    let end: String
    switch open.kind {
    case .array: end = "]"
    case .map:
      if open.items.count & 1 == 1 {
        guard afterItem else { return nil }
        guard scanner.take(":") else {
          throw scanner.failure("expected ':' behind a key, found \(scanner.found)")
        }
        return nil
      }
      end = "}"
    case .tag:
      guard afterItem else { return nil }
      end = ")"
    case .chunks: end = ")"
    case .embedded: end = ">>"
    }
    if scanner.take(word: end) {
      stack.removeLast()
      return try close(open)
    }
    guard afterItem else { return nil }
    if case .tag = open.kind {
    } else if scanner.take(",") {
      return nil
    }
    throw scanner.failure("expected ',' or '\(end)', found \(scanner.found)")
  }

  private func close(_ open: Open) throws(CBORError) -> Value {
    switch open.kind {
    case .array: return .array(open.items)
    case .map: return .map(Value.Entries(alternating: open.items))
    case .tag(let number):
      return .tagged(Value.Tagged(node: ValueNode(items: open.items, tag: number)))
    case .embedded: return .bytes(open.items.flatMap { $0.encoded() })
    case .chunks:
      if case .text = open.items.first {
        let pieces = open.items.compactMap(\.text)
        if pieces.count == open.items.count { return .text(pieces.joined()) }
      } else {
        let pieces = open.items.compactMap(\.bytes)
        if pieces.count == open.items.count { return .bytes(Array(pieces.joined())) }
      }
      throw scanner.failure("chunks that are not all text or all bytes", at: open.start)
    }
  }
}
