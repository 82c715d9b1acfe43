package import CBOR

/// A CBOR map with text keys, read with errors that name the key (docs/wire.md).
package struct WireMap: Sendable {
  private let value: CBOR.Value
  private let what: String

  /// Nesting that no map of the protocol needs more of.
  private static let depth = 8

  /// Reads one map from all of `bytes`.
  ///
  /// - Throws: `.badData` when it is not exactly one map.
  package init(reading bytes: Bytes, what: String) throws(PouchError) {
    let limits = CBOR.DecodingLimits(depth: WireMap.depth)
    do throws(CBORError) {
      value = try bytes.withUnsafeBytes { (raw) throws(CBORError) in
        try CBOR.Value(decoding: raw, limits: limits)
      }
    } catch {
      throw PouchError(.badData, "the \(what) are not readable CBOR", cause: "\(error)")
    }
    self.what = what
    guard value.map != nil else { throw PouchError(.badData, "the \(what) are not a CBOR map") }
    try checkKeys()
  }

  private init(value: CBOR.Value, what: String) {
    self.value = value
    self.what = what
  }

  /// Every map of the protocol has text keys, those that nobody knows among them.
  private func checkKeys() throws(PouchError) {
    guard let entries = value.map else { return }
    for pair in entries where pair.key.text == nil {
      throw PouchError(.badData, "a key in the \(what) is not text")
    }
  }

  package func text(_ key: String) throws(PouchError) -> String? {
    guard let field = value[key] else { return nil }
    guard let text = field.text else { throw wrongType(key, "text") }
    return text
  }

  /// A name of the system: text, or bytes that are not UTF-8; see `SystemText`.
  package func name(_ key: String) throws(PouchError) -> String? {
    guard let field = value[key] else { return nil }
    if let text = field.text { return SystemText.text(text.utf8) }
    guard let bytes = field.bytes, String(validating: bytes, as: UTF8.self) == nil else {
      throw wrongType(key, "text, nor bytes that are not UTF-8")
    }
    return SystemText.text(bytes)
  }

  package func unsigned(_ key: String) throws(PouchError) -> UInt64? {
    guard let field = value[key] else { return nil }
    guard let number = field.unsignedInteger else { throw wrongType(key, "an unsigned integer") }
    return number
  }

  package func bytes(_ key: String) throws(PouchError) -> [UInt8]? {
    guard let field = value[key] else { return nil }
    guard let bytes = field.bytes else { throw wrongType(key, "bytes") }
    return bytes
  }

  package func boolean(_ key: String) throws(PouchError) -> Bool? {
    guard let field = value[key] else { return nil }
    guard let boolean = field.boolean else { throw wrongType(key, "a boolean") }
    return boolean
  }

  package func array(_ key: String) throws(PouchError) -> [CBOR.Value]? {
    guard let field = value[key] else { return nil }
    guard let array = field.array else { throw wrongType(key, "an array") }
    return array
  }

  package func map(_ key: String) throws(PouchError) -> WireMap? {
    guard let field = value[key] else { return nil }
    guard field.map != nil else { throw wrongType(key, "a map") }
    let map = WireMap(value: field, what: "\(what), '\(key)'")
    try map.checkKeys()
    return map
  }

  /// The field as it is.
  package subscript(key: String) -> CBOR.Value? { value[key] }

  /// Every pair, when keys and values are all text.
  package func allText() throws(PouchError) -> [String: String] {
    var result: [String: String] = [:]
    for pair in value.map.map(Array.init) ?? [] {
      guard let key = pair.key.text, let text = pair.value.text else {
        throw PouchError(.badData, "the \(what) are not all text")
      }
      result[key] = text
    }
    return result
  }

  /// The key's value, or an error that says it is missing.
  package func required<T>(_ key: String, _ value: T?) throws(PouchError) -> T {
    guard let value else {
      throw PouchError(.badData, "the \(what) lack '\(key)'")
    }
    return value
  }

  private func wrongType(_ key: String, _ expected: String) -> PouchError {
    PouchError(.badData, "'\(key)' in the \(what) is not \(expected)")
  }
}

extension CBOR.Value {
  /// A map with text keys.
  package static func textMap(_ fields: [(String, CBOR.Value)]) -> CBOR.Value {
    .map(fields.map { .init(key: .text($0.0), value: $0.1) })
  }
}
