@testable import CBOR

/// The printers as they were written for trees of values, to compare those of bytes with.
extension Value {
  var treeDiagnostic: String {
    var printer = TreeDiagnosticPrinter()
    printer.print(self)
    return printer.text
  }

  var treeJSON: JSONText {
    var printer = TreeJSONPrinter()
    printer.print(self)
    return printer.result
  }
}

/// Writes diagnostic notation, without recursion.
struct TreeDiagnosticPrinter {
  /// Decimal digits take quadratic time, so longer bignums are shown as the bytes that they are.
  private static let longestInteger = 1024

  var text = ""

  mutating func print(_ value: Value) {
    guard let root = open(value) else { return }
    var stack = [(value: value, items: root.items, next: 0)]
    while let top = stack.indices.last {
      let (container, items, next) = stack[top]
      guard next < items.count else {
        close(container)
        stack.removeLast()
        continue
      }
      if next > 0 { separate(container, next) }
      stack[top].next += 1
      if let node = open(items[next]) {
        stack.append((value: items[next], items: node.items, next: 0))
      }
    }
  }

  /// Writes a scalar whole, or the opening of a container whose node is then returned.
  private mutating func open(_ value: Value) -> ValueNode? {
    switch value {
    case .array(let elements):
      text += "["
      return elements.node
    case .map(let entries):
      text += "{"
      return entries.node
    case .tagged(let tagged):
      if let integer = bignum(tagged) {
        text += integer
        return nil
      }
      text += "\(tagged.tag)("
      return tagged.node
    case .unsigned(let value): text += String(value)
    case .negative(let value): text += String(-1 - Int128(value))
    case .bytes(let value): append(bytes: value)
    case .text(let value): append(quoted: value)
    case .boolean(let value): text += value ? "true" : "false"
    case .null: text += "null"
    case .undefined: text += "undefined"
    case .float(let value): append(float: value)
    case .simple(let value): text += "simple(\(value))"
    }
    return nil
  }

  private mutating func separate(_ container: Value, _ position: Int) {
    if case .map = container, position & 1 == 1 {
      text += ": "
    } else {
      text += ", "
    }
  }

  private mutating func close(_ container: Value) {
    switch container {
    case .array: text += "]"
    case .map: text += "}"
    default: text += ")"
    }
  }

  /// The digits of a bignum that is written in its shortest form, so that reading them gives the
  /// same item.
  private func bignum(_ tagged: Value.Tagged) -> String? {
    guard case .bytes(let bytes) = tagged.content,
      tagged.tag == Tag.positiveBignum || tagged.tag == Tag.negativeBignum,
      (9...Self.longestInteger).contains(bytes.count), bytes.first != 0
    else { return nil }
    return Value.tagged(tagged).bigInteger?.description
  }

  private mutating func append(bytes: [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    text += "h'"
    text += String(unsafeUninitializedCapacity: bytes.count * 2) { target in
      for (index, byte) in bytes.enumerated() {
        target[2 * index] = digits[Int(byte >> 4)]
        target[2 * index + 1] = digits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
    text += "'"
  }

  private mutating func append(quoted value: String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.properties.isShownAsItIs: text.unicodeScalars.append(scalar)
      default: for unit in String(scalar).utf16 { text += "\\u" + unit.fourDigits }
      }
    }
    text += "\""
  }

  /// The shortest digits that give the float back, always with a point.
  private mutating func append(float value: Double) {
    if value.isNaN {
      text += "NaN"
    } else if value.isInfinite {
      text += value < 0 ? "-Infinity" : "Infinity"
    } else {
      let parts = value.description.split(separator: "e")
      text += parts[0]
      if parts.count == 2 {
        if !parts[0].contains(".") { text += ".0" }
        text += "e" + (parts[1].hasPrefix("-") ? "-" : "+")
        text += parts[1].dropFirst().drop { $0 == "0" }
      }
    }
  }
}

/// Writes JSON text, without recursion, and keeps account of what it cannot say.
struct TreeJSONPrinter {
  private struct Open {
    let items: [Value]
    let isMap: Bool
    let byteText: TreeByteText
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
  private mutating func begin(_ value: Value, _ byteText: TreeByteText) {
    var (value, byteText) = (value, byteText)
    while case .tagged(let tagged) = value {
      if append(meaningOf: tagged) { return }
      if let other = TreeByteText(tag: tagged.tag) {
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
      TreeByteText.base64URL.append(bytes, to: &text)
      return String(decoding: text, as: UTF8.self)
    // Digits for integers, of any size.
    default: return treeDiagnostic
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

extension TreeJSONPrinter {
  /// Integers up to this one are exact in every reader of JSON (RFC 7493, section 2.2).
  static let largestExact: UInt64 = 1 << 53 - 1

  /// Writes anything that is no container and no bytes.
  ///
  /// - Parameter indices: What leads to it from the place that is being written.
  mutating func append(scalar value: Value, _ indices: [Int] = []) {
    switch value {
    case .unsigned(let number):
      if number > Self.largestExact { losePrecision(indices) }
      append(digits: String(number))
    case .negative(let number):
      if number >= Self.largestExact { losePrecision(indices) }
      append(digits: String(-1 - Int128(number)))
    case .text(let text): append(quoted: text)
    case .boolean(let flag): append(flag ? "true" : "false")
    case .float(let number):
      guard number.isFinite else {
        lose(.nonFinite, "\(value.treeDiagnostic) became null", indices)
        return append("null")
      }
      append(digits: number.description)
    case .undefined, .simple:
      lose(.simple, "\(value.treeDiagnostic) became null", indices)
      append("null")
    case .null, .bytes, .array, .map, .tagged: append("null")
    }
  }

  mutating func losePrecision(_ indices: [Int] = []) {
    lose(.precision, "an integer beyond 2^53, which most readers round", indices)
  }

  mutating func append(digits: String) { text.append(contentsOf: digits.utf8) }

  mutating func append(_ bytes: [UInt8], _ byteText: TreeByteText) {
    append("\"")
    byteText.append(bytes, to: &text)
    append("\"")
  }

  mutating func append(quoted string: String) {
    append("\"")
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\u{8}": append("\\b")
      case "\t": append("\\t")
      case "\n": append("\\n")
      case "\u{c}": append("\\f")
      case "\r": append("\\r")
      case _ where scalar.properties.isShownAsItIs: text += String(scalar).utf8
      default:
        for unit in String(scalar).utf16 { text += ("\\u" + unit.fourDigits.uppercased()).utf8 }
      }
    }
    append("\"")
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isShownAsItIs: Bool {
    switch generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}

extension UInt16 {
  fileprivate var fourDigits: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }
}

extension TreeJSONPrinter {
  /// Decimal digits take quadratic time, so longer bignums become the bytes that they are: those
  /// beyond the digits that reading takes.
  private static let longestInteger = 1786

  /// Writes what a tag means, where JSON has a form for that.
  ///
  /// - Returns: Whether it did.
  mutating func append(meaningOf tagged: Value.Tagged) -> Bool {
    switch tagged.tag {
    case Tag.positiveBignum, Tag.negativeBignum: return append(bignum: tagged)
    case Tag.decimalFraction: return append(decimalFraction: tagged.content)
    case Tag.duration: return append(duration: tagged.content)
    case Tag.uuid: return append(uuid: tagged.content)
    case Tag.rowMajor, Tag.columnMajor: return append(tensor: tagged)
    default:
      guard let numbers = TreeNumberSequence(.tagged(tagged)) else { return false }
      append(numbers, shape: [numbers.count], strides: [1])
      return true
    }
  }

  private mutating func append(bignum tagged: Value.Tagged) -> Bool {
    guard case .bytes(let bytes) = tagged.content,
      let number = Value.tagged(tagged).bigInteger
    else { return false }
    let digits = bytes.count <= Self.longestInteger ? number.description : nil
    guard let digits, digits.utf8.count <= JSONScanner.mostDigits + 1 else {
      lose(.precision, "an integer of \(bytes.count) bytes became base64url text")
      append("\"")
      if tagged.tag == Tag.negativeBignum { append("~") }
      TreeByteText.base64URL.append(bytes, to: &text)
      append("\"")
      return true
    }
    if number.int128.map({ $0.magnitude > Self.largestExact }) ?? true { losePrecision() }
    append(digits: digits)
    return true
  }

  /// Writes mantissa and exponent as one number.
  private mutating func append(decimalFraction content: Value) -> Bool {
    guard let number = DecimalNumber(tag4: content) else { return false }
    append(number)
    return true
  }

  private mutating func append(_ number: DecimalNumber) {
    if !number.isFloat {
      lose(.precision, "a number that no float of 64 bits holds, which most readers round")
    }
    append(digits: number.description)
  }

  /// Writes a duration as seconds: those under key 1, and thousandths, millionths or billionths to
  /// add under -3, -6 or -9.
  private mutating func append(duration content: Value) -> Bool {
    guard let entries = content.map, let seconds = content[key: 1]?.integer else { return false }
    let fraction = entries.first { $0.key != 1 }
    guard entries.count == (fraction == nil ? 1 : 2) else { return false }
    guard let fraction else {
      append(scalar: Value(seconds))
      return true
    }
    guard let exponent = fraction.key.integer, [-3, -6, -9].contains(exponent),
      let part = fraction.value.integer
    else { return false }
    let scale = (exponent..<0).reduce(Int128(1)) { scale, _ in scale * 10 }
    let scaled = Int128(seconds) * scale + Int128(part)
    guard let number = DecimalNumber("\(scaled)e\(exponent)".utf8) else { return false }
    append(number)
    return true
  }

  private mutating func append(uuid content: Value) -> Bool {
    guard case .bytes(let bytes) = content, bytes.count == 16 else { return false }
    var digits: [UInt8] = []
    TreeByteText.base16.append(bytes, to: &digits)
    append("\"")
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { append("-") }
      text.append(digit > UInt8(ascii: "9") ? digit | 0x20 : digit)
    }
    append("\"")
    return true
  }

  // MARK: Multi-dimensional arrays

  private mutating func append(tensor tagged: Value.Tagged) -> Bool {
    guard let parts = tagged.content.array, parts.count == 2, let shape = shape(parts[0]),
      let numbers = TreeNumberSequence(parts[1])
    else { return false }
    var strides = [Int](repeating: 1, count: shape.count)
    var count = 1
    // An array that opens costs two bytes, whatever it holds: as many as there are numbers, and
    // a few for each dimension of one.
    var arrays = 0
    for (dimension, extent) in shape.enumerated() {
      arrays += count
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= numbers.count else { return false }
      count = product
      if tagged.tag == Tag.columnMajor, dimension + 1 < shape.count {
        strides[dimension + 1] = count
      }
    }
    guard count == numbers.count, arrays <= 4 * count + 64 else { return false }
    if tagged.tag == Tag.rowMajor {
      var stride = 1
      for dimension in shape.indices.reversed() {
        strides[dimension] = stride
        stride *= shape[dimension]
      }
    }
    append(numbers, shape: shape, strides: strides)
    return true
  }

  private func shape(_ value: Value) -> [Int]? {
    guard let extents = value.array, (1...32).contains(extents.count) else { return nil }
    var shape: [Int] = []
    for extent in extents {
      guard let extent = extent.integer, extent >= 0, let count = Int(exactly: extent) else {
        return nil
      }
      shape.append(count)
    }
    // Without an element nothing bounds the other extents.
    return shape.count > 1 && shape.contains(0) ? nil : shape
  }

  /// Writes numbers as arrays in arrays, the last index running fastest.
  private mutating func append(_ numbers: TreeNumberSequence, shape: [Int], strides: [Int]) {
    guard !shape.contains(0) else { return append("[]") }
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    // The dimensions of which a new array begins with the next number.
    var opening = shape.count
    while true {
      for _ in 0..<opening { append("[") }
      append(scalar: numbers[source], index)
      opening = 0
      while opening < shape.count {
        let dimension = shape.count - 1 - opening
        index[dimension] += 1
        source += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        source -= strides[dimension] * shape[dimension]
        index[dimension] = 0
        append("]")
        opening += 1
      }
      if opening == shape.count { return }
      append(",")
    }
  }
}

extension Value.Tagged {
  /// Whether the content says all that the tag does: dates and URIs that are text, and the mark
  /// of CBOR itself.
  var speaksForItself: Bool {
    switch tag {
    case Tag.dateText, Tag.fullDate, Tag.uri: content.text != nil
    case 55799: true
    default: false
    }
  }
}

/// Byte strings as text (RFC 4648).
enum TreeByteText {
  /// base64url without padding.
  case base64URL
  /// base64 with padding.
  case base64
  /// Hexadecimal digits in upper case.
  case base16

  /// What an expected conversion says (RFC 8949, section 3.4.5.2).
  init?(tag: UInt64) {
    switch tag {
    case 21: self = .base64URL
    case 22: self = .base64
    case 23: self = .base16
    default: return nil
    }
  }

  var name: String {
    switch self {
    case .base64URL: "base64url"
    case .base64: "base64"
    case .base16: "hexadecimal"
    }
  }

  private static let common = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
  private static let plain = common + Array("+/".utf8)
  private static let url = common + Array("-_".utf8)
  private static let hex = Array("0123456789ABCDEF".utf8)

  func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
    switch self {
    case .base16:
      for byte in bytes {
        text.append(Self.hex[Int(byte >> 4)])
        text.append(Self.hex[Int(byte & 15)])
      }
    case .base64URL: appendBase64(bytes, Self.url, pads: false, to: &text)
    case .base64: appendBase64(bytes, Self.plain, pads: true, to: &text)
    }
  }

  private func appendBase64(
    _ bytes: some Collection<UInt8>, _ alphabet: [UInt8], pads: Bool, to text: inout [UInt8]
  ) {
    var group: UInt32 = 0
    var held = 0
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      held += 1
      guard held == 3 else { continue }
      for shift in stride(from: 18, through: 0, by: -6) {
        text.append(alphabet[Int(group >> UInt32(shift) & 63)])
      }
      (group, held) = (0, 0)
    }
    guard held > 0 else { return }
    group <<= held == 1 ? 16 : 8
    for shift in stride(from: 18, to: 18 - 6 * (held + 1), by: -6) {
      text.append(alphabet[Int(group >> UInt32(shift) & 63)])
    }
    if pads { text += repeatElement(UInt8(ascii: "="), count: 3 - held) }
  }
}

/// Numbers whose type is known only when they are read: a typed array (RFC 8746), or an ordinary
/// array of numbers and booleans.
struct TreeNumberSequence {
  private enum Elements {
    case ordinary([Value])
    case typed([UInt8], Layout)
  }

  private let elements: Elements
  let count: Int

  /// - Returns: nil for anything else.
  init?(_ value: Value) {
    if case .array(let array) = value {
      let items = array.node.items
      guard items.allSatisfy(\.isNumberInTree) else { return nil }
      elements = .ordinary(items)
      count = items.count
      return
    }
    guard case .tagged(let tagged) = value, let layout = Layout(tag: tagged.tag),
      case .bytes(let bytes) = tagged.content, bytes.count.isMultiple(of: layout.size)
    else { return nil }
    elements = .typed(bytes, layout)
    count = bytes.count / layout.size
  }

  subscript(index: Int) -> Value {
    switch elements {
    case .ordinary(let items): items[index]
    case .typed(let bytes, let layout): layout.number(bytes, at: index * layout.size)
    }
  }
}

/// What the tag of a typed array says of its numbers (RFC 8746, section 2.1).
private struct Layout {
  /// Of one number, in bytes.
  let size: Int
  private let isFloat: Bool
  private let isSigned: Bool
  private let isLittleEndian: Bool

  init?(tag: UInt64) {
    // 76 is reserved, and nothing here reads floats of 128 bits (83 and 87).
    guard (64...87).contains(tag), ![76, 83, 87].contains(tag) else { return nil }
    isFloat = tag & 0x10 != 0
    isSigned = tag & 0x08 != 0
    isLittleEndian = tag & 0x04 != 0
    size = 1 << (Int(tag & 3) + (isFloat ? 1 : 0))
  }

  func number(_ bytes: [UInt8], at offset: Int) -> Value {
    var bits: UInt64 = 0
    for position in 0..<size {
      let index = isLittleEndian ? offset + size - 1 - position : offset + position
      bits = bits << 8 | UInt64(bytes[index])
    }
    guard isFloat else {
      guard isSigned else { return .unsigned(bits) }
      let unused = UInt64(64 - 8 * size)
      return Value(Int64(bitPattern: bits << unused) >> Int64(unused))
    }
    return switch size {
    case 2: .float(FloatBits.double(half: UInt16(truncatingIfNeeded: bits)))
    case 4: .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    default: .float(Double(bitPattern: bits))
    }
  }
}

extension Value {
  fileprivate var isNumberInTree: Bool {
    switch self {
    case .unsigned, .negative, .float, .boolean: true
    default: false
    }
  }
}
