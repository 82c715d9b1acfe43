extension Document {
  /// Decodes any type from the item at a place.
  @inline(__always)
  func decode<T: Decodable>(_ type: T.Type, at cursor: ItemCursor) throws -> T {
    if let direct = context?.directType(of: type) {
      return try direct.decode(as: type, from: self, at: cursor)
    }
    return try T(from: ItemDecoder(document: self, cursor: cursor))
  }

  /// Steps over tags, for types that none of them changes.
  func untagged(_ cursor: ItemCursor) -> ItemCursor {
    var cursor = cursor
    while true {
      let head = head(cursor)
      guard head.major == MajorType.tag else { return cursor }
      cursor.offset += head.size
    }
  }

  func isNil(_ cursor: ItemCursor) -> Bool {
    let initial = base[cursor.offset]
    return initial == Initial.null || initial == Initial.undefined
  }

  @inline(__always)
  func bool(_ cursor: ItemCursor) throws -> Bool {
    switch base[cursor.offset] {
    case Initial.true: return true
    case Initial.false: return false
    default:
      let inner = untagged(cursor)
      if inner.offset != cursor.offset { return try bool(inner) }
      throw mismatch(Bool.self, "a boolean", cursor)
    }
  }

  @inline(__always)
  func text(_ cursor: ItemCursor) throws -> String {
    let head = head(cursor)
    if head.major == MajorType.text { return string(cursor, head) }
    let inner = untagged(cursor)
    if inner.offset != cursor.offset { return try text(inner) }
    throw mismatch(String.self, "a text string", cursor)
  }

  @inline(__always)
  func integer<Integer: FixedWidthInteger & NumberDecodable>(
    _ type: Integer.Type, _ cursor: ItemCursor
  ) throws -> Integer {
    if let value = Integer(plain: head(cursor)) { return value }
    return try wideInteger(type, cursor)
  }

  private func wideInteger<Integer: FixedWidthInteger & NumberDecodable>(
    _ type: Integer.Type, _ cursor: ItemCursor
  ) throws -> Integer {
    let head = head(cursor)
    switch head.major {
    case MajorType.unsigned:
      if let value = Integer(exactly: head.argument) { return value }
    case MajorType.negative:
      if let value = Integer(exactly: -1 - Int128(head.argument)) { return value }
    case MajorType.tag:
      let inner = ItemCursor(offset: cursor.offset + head.size, record: cursor.record)
      guard head.argument == Tag.positiveBignum || head.argument == Tag.negativeBignum else {
        return try integer(type, inner)
      }
      guard let bytes = byteString(inner) else { throw mismatch(type, "a bignum", cursor) }
      if let magnitude = UInt128(bigEndianBytes: bytes) {
        if head.argument == Tag.positiveBignum {
          if let value = Integer(exactly: magnitude) { return value }
        } else if let magnitude = Int128(exactly: magnitude),
          let value = Integer(exactly: -1 - magnitude)
        {
          return value
        }
      }
    default: throw mismatch(type, "an integer", cursor)
    }
    throw failure(.outOfRange, "an integer that \(type) cannot hold", cursor)
  }

  /// The content of a byte string, or nil for any other item.
  func byteString(_ cursor: ItemCursor) -> [UInt8]? {
    let head = head(cursor)
    return head.major == MajorType.bytes ? stringBytes(cursor, head) : nil
  }

  /// A float, an integer that a float holds exactly, or a decimal fraction.
  @inline(__always)
  func double(_ cursor: ItemCursor) throws -> Double {
    let head = head(cursor)
    if head.isFloat { return head.float }
    return try integral(Double.self, cursor)
  }

  /// A float that needs no more than single precision.
  @inline(__always)
  func single(_ cursor: ItemCursor) throws -> Float {
    let head = head(cursor)
    guard head.isFloat else { return try integral(Float.self, cursor) }
    let value = head.float
    let narrow = Float(value)
    if Double(narrow) == value { return narrow }
    if value.isNaN { return .nan }
    throw failure(.outOfRange, "\(value) has more precision or range than Float", cursor)
  }

  /// An integer as a float, where that loses nothing; the float that is nearest to a decimal
  /// fraction, since hardly any is one exactly.
  private func integral<F: BinaryFloatingPoint & LosslessStringConvertible & Decodable>(
    _ type: F.Type, _ cursor: ItemCursor
  ) throws -> F {
    let head = head(cursor)
    switch head.major {
    case MajorType.unsigned, MajorType.negative: break
    case MajorType.tag where head.argument == Tag.decimalFraction:
      return try nearest(type, cursor)
    case MajorType.tag where head.argument != 2 && head.argument != 3:
      let inner = ItemCursor(offset: cursor.offset + head.size, record: cursor.record)
      return try decode(type, at: inner)
    case MajorType.tag: break
    default: throw mismatch(type, "a number", cursor)
    }
    let integer = try wideInteger(Int128.self, cursor)
    guard let value = F(exactly: integer) else {
      throw failure(.outOfRange, "\(type) cannot hold \(integer) exactly", cursor)
    }
    return value
  }

  private func nearest<F: BinaryFloatingPoint & LosslessStringConvertible>(
    _ type: F.Type, _ cursor: ItemCursor
  ) throws -> F {
    guard case .tagged(let tagged) = smallValue(cursor),
      let number = DecimalNumber(tag4: tagged.content)
    else {
      throw failure(
        .invalidValue, "tag 4 without an exponent and a mantissa of up to 4,300 digits", cursor)
    }
    guard let float = number.nearest(type) else {
      throw failure(.outOfRange, "\(type) does not reach \(number.description.prefix(80))", cursor)
    }
    return float
  }
}
