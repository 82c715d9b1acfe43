extension Value: ExpressibleByIntegerLiteral {
  /// Integer literals reach as far as 128 bits do.
  public init(integerLiteral value: Int128) { self.init(value) }
}

extension Value: ExpressibleByFloatLiteral {
  public init(floatLiteral value: Double) { self = .float(value) }
}

extension Value: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
}

extension Value: ExpressibleByBooleanLiteral {
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension Value: ExpressibleByNilLiteral {
  public init(nilLiteral: ()) { self = .null }
}

extension Value: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Value...) { self = .array(elements) }
}

extension Value: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral entries: (Value, Value)...) {
    self = .map(Entries(alternating: entries.flatMap { [$0.0, $0.1] }))
  }
}
