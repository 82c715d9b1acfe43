import CBOR

extension FuzzTarget {
  /// Any item, as the dynamic type: what can be read is written and read again, in both orders,
  /// and goes through diagnostic notation.
  static let cbor = FuzzTarget(name: "cbor") { bytes throws(Mismatch) in
    guard let value = try? CBORDecoder().decode(Value.self, from: bytes) else { return }
    let again = try? CBORDecoder().decode(Value.self, from: value.encoded())
    guard again == value else { throw Mismatch("an item changed when it was written again") }
    let first = value.encoded(deterministic: true)
    guard let ordered = try? CBORDecoder().decode(Value.self, from: first), ordered == value,
      ordered.encoded(deterministic: true) == first
    else { throw Mismatch("the deterministic encoding is not stable") }
    guard (try? Value(diagnostic: value.diagnosticNotation)) == value else {
      throw Mismatch("an item changed in diagnostic notation")
    }
    // Keys that are not text may become the same name.
    let limits = DecodingLimits(depth: 1024, allowsDuplicateKeys: true)
    guard (try? Value(json: value.json().text, limits: limits)) != nil else {
      throw Mismatch("an item became something other than JSON")
    }
  }

  /// The same bytes as typed values, so that every reader of the Codable machinery is reached.
  static let cborCodable = FuzzTarget(name: "cbor-codable") { bytes throws(Mismatch) in
    var sequence = CBORSequence(bytes)
    while let record = try? sequence.next(Record.self) {
      // NaN is not equal to itself, so what is compared is what is written.
      guard let first = try? CBOREncoder().encode(record),
        let again = try? CBORDecoder().decode(Record.self, from: first),
        (try? CBOREncoder().encode(again)) == first
      else { throw Mismatch("a record changed when it was written again") }
    }
  }

  /// Diagnostic notation: what can be parsed prints to something that parses to the same.
  static let diagnostic = FuzzTarget(name: "diagnostic") { bytes throws(Mismatch) in
    guard let text = String(validating: bytes, as: UTF8.self),
      let value = try? Value(diagnostic: text)
    else { return }
    guard (try? Value(diagnostic: value.diagnosticNotation)) == value else {
      throw Mismatch("an item changed when it was printed and parsed")
    }
  }
}

extension FuzzTarget {
  /// JSON: what can be parsed is written without a loss but that of large integers, and reads back
  /// as the same item.
  static let json = FuzzTarget(name: "json") { bytes throws(Mismatch) in
    guard let value = try? Value(json: bytes) else { return }
    let written = value.json()
    guard written.losses.allSatisfy({ $0.kind == .precision }) else {
      throw Mismatch("JSON could not hold what it had held")
    }
    guard (try? Value(json: written.text)) == value else {
      throw Mismatch("an item changed when it was written and read")
    }
  }
}

/// Something of every kind that `Codable` has a reader of its own for.
private struct Record: Codable {
  var name: String?
  var count: Int?
  var small: Int8?
  var wide: UInt64?
  var huge: Int128?
  var ratio: Double?
  var single: Float?
  var flag: Bool?
  var names: [String]?
  var numbers: [Int]?
  var doubles: [Double]?
  var table: [String: Int]?
  var grid: [Int: [Bool]]?
  var set: Set<Int>?
  var floats: TypedArray<Float>?
  var tensor: Tensor<Double>?
  var any: Value?
  var nested: [Record]?
}
