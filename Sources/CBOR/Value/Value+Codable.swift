extension Value: LeafEncodable {}

extension Value: DirectlyDecodable {
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Value {
    try document.tree(cursor)
  }
}

extension Value {
  /// The item that a `Codable` value is encoded as.
  public init(encoding value: some Encodable) throws(CBORError) {
    self = try CBOREncoder().withEncodedBytes(of: value) { bytes in
      Result { () throws(CBORError) in
        try Value(
          decoding: bytes,
          limits: DecodingLimits(depth: .max, items: .max, expansion: .max))
      }
    }.get()
  }

  /// The `Codable` value that this item stands for.
  public func decoded<T: Decodable>(as type: T.Type) throws(CBORError) -> T {
    try CBORDecoder(limits: DecodingLimits(depth: .max, items: .max)).decode(type, from: encoded())
  }
}

/// Other coders than this module's are given what their formats share: null, booleans, numbers,
/// text, arrays and maps with text keys. They refuse the rest.
extension Value: Codable {
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .map(let entries):
      var container = encoder.container(keyedBy: PathKey.self)
      for entry in entries {
        guard let key = entry.key.text else { throw refusal(entry.key, encoder) }
        try container.encode(entry.value, forKey: PathKey(stringValue: key))
      }
    default:
      var container = encoder.singleValueContainer()
      switch self {
      case .null: try container.encodeNil()
      case .boolean(let value): try container.encode(value)
      case .unsigned(let value): try container.encode(value)
      case .float(let value): try container.encode(value)
      case .text(let value): try container.encode(value)
      default:
        guard let value = integer else { throw refusal(self, encoder) }
        try container.encode(value)
      }
    }
  }

  private func refusal(_ value: Value, _ encoder: any Encoder) -> EncodingError {
    .invalidValue(
      value,
      EncodingError.Context(
        codingPath: encoder.codingPath,
        debugDescription: "\(value) has no counterpart outside of CBOR"))
  }

  public init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: PathKey.self) {
      self = .map(
        try container.allKeys.map { key in
          Entry(
            key: .text(key.stringValue), value: try container.decode(Value.self, forKey: key))
        })
    } else if var container = try? decoder.unkeyedContainer() {
      var elements: [Value] = []
      while !container.isAtEnd { elements.append(try container.decode(Value.self)) }
      self = .array(elements)
    } else {
      self = try Value(scalar: decoder.singleValueContainer())
    }
  }

  private init(scalar container: any SingleValueDecodingContainer) throws {
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int64.self) {
      self.init(value)
    } else if let value = try? container.decode(UInt64.self) {
      self.init(value)
    } else if let value = try? container.decode(Double.self) {
      self = .float(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }
}
