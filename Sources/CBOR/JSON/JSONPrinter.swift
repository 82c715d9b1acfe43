/// Writes an item's bytes as JSON text, without recursion, and keeps account of what it cannot say.
struct JSONPrinter {
  /// An array or object that is not closed.
  private struct Open {
    let isMap: Bool
    let byteText: ByteText
    /// Items that are still to come; nil where a break ends them.
    var left: Int?
    /// How many have begun.
    var begun = 0
    /// Where the key of the member stands that is being written.
    var key = 0
    /// Its name, once somebody has asked for it.
    var name: String?
    /// The names so far, as hashes: two that are taken for one would be a miracle, and no harm.
    var names: Set<Int> = []
  }

  let bytes: EncodedBytes
  var output: TextOutput
  private var stack: [Open] = []
  private(set) var losses: [JSONLoss] = []
  private(set) var lossCount = 0

  /// One item as JSON text.
  ///
  /// - Parameter bytes: Known to be well-formed.
  static func text(of bytes: UnsafeRawBufferPointer) -> JSONText {
    guard let bytes = EncodedBytes(validated: bytes) else {
      return JSONText(text: "null", losses: [], lossCount: 0)
    }
    var printer = JSONPrinter(bytes, TextOutput())
    printer.print()
    return JSONText(
      text: printer.output.text, losses: printer.losses, lossCount: printer.lossCount)
  }

  init(_ bytes: EncodedBytes, _ output: TextOutput) {
    self.bytes = bytes
    self.output = output
  }

  mutating func print() {
    var offset = 0
    while output.failure == nil {
      if let top = stack.indices.last {
        if bytes.base[offset] == Initial.break {
          offset += 1
          close()
          if endItem() { return }
          continue
        }
        let isName = stack[top].isMap && stack[top].begun & 1 == 0
        if stack[top].begun > 0, isName || !stack[top].isMap { output.append(",") }
        stack[top].begun += 1
        if isName {
          offset = name(at: offset)
          if let left = stack[top].left { stack[top].left = left - 1 }
          continue
        }
      }
      if let end = begin(at: &offset, stack.last?.byteText ?? .base64URL) {
        offset = end
        output.handOn()
        if endItem() { return }
      }
    }
  }

  /// Closes all that the last item completes.
  ///
  /// - Returns: Whether nothing is open any more.
  private mutating func endItem() -> Bool {
    while let top = stack.indices.last {
      guard let left = stack[top].left else { return false }
      stack[top].left = left - 1
      if left > 1 { return false }
      close()
    }
    return true
  }

  private mutating func close() {
    if let closed = stack.popLast() { output.append(closed.isMap ? "}" : "]") }
  }

  /// Writes an item whole and returns where it ends; or writes the opening of a container, moves the
  /// offset to its first item and returns nil.
  private mutating func begin(at offset: inout Int, _ byteText: ByteText) -> Int? {
    var byteText = byteText
    var head = bytes.head(at: offset)
    while head.major == MajorType.tag {
      if let end = append(meaningOf: head, at: offset) { return end }
      let content = bytes.head(at: offset + head.size)
      if let other = ByteText(tag: head.argument) {
        byteText = other
      } else if !Self.speaksForItself(head.argument, content) {
        lose(.tag, "tag \(head.argument) was left out")
      }
      offset += head.size
      head = content
    }
    switch head.major {
    case MajorType.array, MajorType.map:
      let isMap = head.major == MajorType.map
      guard head.isIndefinite || head.argument > 0 else {
        output.append(isMap ? "{}" : "[]")
        return offset + head.size
      }
      output.append(isMap ? "{" : "[")
      stack.append(Open(isMap: isMap, byteText: byteText, left: Containers.items(of: head)))
      offset += head.size
      return nil
    case MajorType.bytes:
      lose(.bytes, "bytes became \(byteText.name) text")
      return append(bytes: head, at: offset, byteText)
    case MajorType.text: return append(text: head, at: offset)
    default:
      append(scalar: bytes.scalar(head))
      return offset + head.size
    }
  }

  /// Whether a tag's content says all that the tag does: dates and URIs that are text, and the mark
  /// of CBOR itself.
  private static func speaksForItself(_ tag: UInt64, _ content: Head) -> Bool {
    switch tag {
    case Tag.dateText, Tag.fullDate, Tag.uri: content.major == MajorType.text
    case 55799: true
    default: false
    }
  }

  // MARK: Names

  /// Writes the name of a member and the colon behind it, and returns where the key ends.
  private mutating func name(at offset: Int) -> Int {
    let top = stack.count - 1
    stack[top].key = offset
    stack[top].name = nil
    let head = bytes.head(at: offset)
    if let kind = kindAsKey(head, at: offset) { lose(.key, "the key was \(kind)") }
    let isAlone = stack[top].left.map { stack[top].begun == 1 && $0 <= 2 } ?? false
    let end: Int
    if head.major == MajorType.text, isAlone || !head.isIndefinite {
      if !isAlone { note(bytes.chunk(head, at: offset)) }
      end = append(text: head, at: offset)
    } else {
      var (name, behind) = nameOfKey(at: offset)
      if !isAlone { name.withUTF8 { note(UnsafeRawBufferPointer($0)) } }
      append(quoted: name)
      stack[top].name = name
      end = behind
    }
    output.append(":")
    return end
  }

  /// Takes down a name, and a loss if it has been there before.
  private mutating func note(_ name: UnsafeRawBufferPointer) {
    var hasher = Hasher()
    hasher.combine(bytes: name)
    if !stack[stack.count - 1].names.insert(hasher.finalize()).inserted {
      lose(.duplicateName, "the name stands in its object twice")
    }
  }

  /// A key as the name of a member, and where it ends.
  private func nameOfKey(at offset: Int) -> (String, end: Int) {
    let head = bytes.head(at: offset)
    var output = TextOutput()
    let end: Int
    switch head.major {
    case MajorType.text:
      var chunks = bytes.chunks(head, at: offset)
      while let chunk = chunks.next() { output.append(chunk) }
      end = chunks.end
    case MajorType.bytes: end = bytes.append(head, at: offset, as: .base64URL, to: &output)
    // Digits for integers, of any size.
    default: end = DiagnosticPrinter.print(bytes, from: offset, to: &output)
    }
    return (output.text, end)
  }

  /// What a key is, when it is not text.
  private func kindAsKey(_ head: Head, at offset: Int) -> String? {
    switch head.major {
    case MajorType.text: nil
    case MajorType.unsigned, MajorType.negative: "an integer"
    case MajorType.bytes: "bytes"
    case MajorType.array: "an array"
    case MajorType.map: "a map"
    case MajorType.tag:
      head.isBignum && bytes.head(at: offset + head.size).major == MajorType.bytes
        ? "an integer" : "under tag \(head.argument)"
    default:
      switch head.initial {
      case Initial.false, Initial.true: "a boolean"
      case Initial.null: "null"
      case Initial.undefined: "undefined"
      default: head.isFloat ? "a float" : "a simple value"
      }
    }
  }

  // MARK: Losses

  /// Books a loss at the place that is being written.
  ///
  /// - Parameter indices: What leads further, inside of it.
  mutating func lose(_ kind: JSONLoss.Kind, _ message: String, _ indices: [Int] = []) {
    lossCount += 1
    guard losses.count < JSONText.mostLosses else { return }
    var path: [String] = []
    path.reserveCapacity(stack.count + indices.count)
    for level in stack.indices {
      if stack[level].isMap {
        // Kept, so that a long name is not made again for every loss.
        let name = stack[level].name ?? nameOfKey(at: stack[level].key).0
        stack[level].name = name
        path.append(name)
      } else {
        path.append(String(stack[level].begun - 1))
      }
    }
    losses.append(JSONLoss(kind, message, path + indices.map(String.init)))
  }
}
