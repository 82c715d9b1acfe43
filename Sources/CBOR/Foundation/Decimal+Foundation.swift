#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Tag 4: an exponent of ten and an integer to multiply by it. Integers are read too; binary
/// floats are not, since hardly any is the decimal that was meant.
extension Decimal: DirectlyEncodable, DirectlyDecodable {
  func encodeDirectly(to session: EncodingSession) throws {
    guard isFinite, let mantissa = BigInteger(significand.description) else {
      throw session.failure(self, "a decimal that is not a number", .invalidValue)
    }
    let writer = session.writer
    writer.head(MajorType.tag, Tag.decimalFraction)
    writer.head(MajorType.array, 2)
    writer.write(integer: exponent)
    BigInteger(isNegative: isSignMinus, magnitude: mantissa.magnitude).write(to: writer)
  }

  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Decimal {
    let head = document.head(cursor)
    let inner = ItemCursor(offset: cursor.offset + head.size, record: cursor.record)
    guard head.major == MajorType.tag, head.argument != Tag.positiveBignum,
      head.argument != Tag.negativeBignum
    else {
      return try value(BigInteger.decodeDirectly(from: document, at: cursor), 0, document, cursor)
    }
    guard head.argument == Tag.decimalFraction else {
      return try decodeDirectly(from: document, at: inner)
    }
    var parts = try document.elements(inner, for: Decimal.self)
    guard let exponent = parts.next(), let mantissa = parts.next(), parts.isAtEnd else {
      throw document.failure(.invalidValue, "tag 4 holds an exponent and a mantissa", cursor)
    }
    return try value(
      BigInteger.decodeDirectly(from: document, at: mantissa),
      document.integer(Int.self, exponent), document, cursor)
  }

  private static func value(
    _ mantissa: BigInteger, _ exponent: Int, _ document: Document, _ cursor: ItemCursor
  ) throws -> Decimal {
    func refusal() -> DecodingError {
      document.failure(.outOfRange, "a number that Decimal cannot hold", cursor)
    }
    // A mantissa of 128 bits and an exponent of 8 are all that there is.
    guard mantissa.magnitude.count <= 16, (-128...127).contains(exponent),
      let digits = Decimal(string: BigInteger(magnitude: mantissa.magnitude).description)
    else { throw refusal() }
    let value = Decimal(
      sign: mantissa.isNegative ? .minus : .plus, exponent: exponent, significand: digits)
    guard value.isFinite else { throw refusal() }
    return value
  }
}
