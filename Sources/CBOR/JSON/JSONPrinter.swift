/// Writes JSON text, without recursion, and keeps account of what it cannot say.
struct JSONPrinter {
  private struct Open {
    let items: [Value]
    let isMap: Bool
    let byteText: ByteText
    var next = 0
    /// The name of the member that is being written.
    var name = ""
    var names: Set<JSONName> = []
  }

  var text: [UInt8] = []
  private var stack: [Open] = []
  private var losses: [JSONLoss] = []
  private var lossCount = 0

  var result: JSONText {
    JSONText(text: String(decoding: text, as: UTF8.self), losses: losses, lossCount: lossCount)
  }

  mutating func print(_ value: Value) {
    begin(value, .base64URL)
    while let top = stack.indices.last {
      let position = stack[top].next
      let isMap = stack[top].isMap
      guard position < stack[top].items.count else {
        append(isMap ? "}" : "]")
        stack.removeLast()
        continue
      }
      stack[top].next = position + 1
      let isName = isMap && position & 1 == 0
      if position > 0, isName || !isMap { append(",") }
      if isName {
        name(stack[top].items[position])
      } else {
        begin(stack[top].items[position], stack[top].byteText)
      }
    }
  }

  /// Writes a scalar whole, or the opening of a container.
  private mutating func begin(_ value: Value, _ byteText: ByteText) {
    var (value, byteText) = (value, byteText)
    while case .tagged(let tagged) = value {
      if append(meaningOf: tagged) { return }
      if let other = ByteText(tag: tagged.tag) {
        byteText = other
      } else if !tagged.speaksForItself {
        lose(.tag, "tag \(tagged.tag) was left out")
      }
      value = tagged.content
    }
    switch value {
    case .array(let elements):
      append("[")
      stack.append(Open(items: elements.node.items, isMap: false, byteText: byteText))
    case .map(let entries):
      append("{")
      stack.append(Open(items: entries.node.items, isMap: true, byteText: byteText))
    case .bytes(let bytes):
      lose(.bytes, "bytes became \(byteText.name) text")
      append(bytes, byteText)
    default: append(scalar: value)
    }
  }

  private mutating func name(_ key: Value) {
    let name = key.jsonName
    let top = stack.count - 1
    stack[top].name = name
    if let kind = key.kindAsKey { lose(.key, "the key was \(kind)") }
    if stack[top].items.count > 2, !stack[top].names.insert(JSONName(name)).inserted {
      lose(.duplicateName, "the name stands in its object twice")
    }
    append(quoted: name)
    append(":")
  }

  // MARK: Losses

  /// Books a loss at the place that is being written.
  ///
  /// - Parameter indices: What leads further, inside of it.
  mutating func lose(_ kind: JSONLoss.Kind, _ message: String, _ indices: [Int] = []) {
    lossCount += 1
    guard losses.count < JSONText.mostLosses else { return }
    let path = stack.map { $0.isMap ? $0.name : String($0.next - 1) }
    losses.append(JSONLoss(kind, message, path + indices.map(String.init)))
  }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { self.text.append(contentsOf: $0) }
  }
}

extension Value {
  /// A key as the name of a member.
  fileprivate var jsonName: String {
    switch self {
    case .text(let text): return text
    case .bytes(let bytes):
      var text: [UInt8] = []
      ByteText.base64URL.append(bytes, to: &text)
      return String(decoding: text, as: UTF8.self)
    // Digits for integers, of any size.
    default: return diagnosticNotation
    }
  }

  /// What a key is, when it is not text.
  fileprivate var kindAsKey: String? {
    switch self {
    case .text: nil
    case .unsigned, .negative: "an integer"
    case .bytes: "bytes"
    case .array: "an array"
    case .map: "a map"
    case .tagged(let tagged): bigInteger == nil ? "under tag \(tagged.tag)" : "an integer"
    case .boolean: "a boolean"
    case .null: "null"
    case .undefined: "undefined"
    case .float: "a float"
    case .simple: "a simple value"
    }
  }
}
