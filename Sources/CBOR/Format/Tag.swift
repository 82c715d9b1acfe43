/// The tag numbers that this module reads and writes (IANA, "CBOR Tags").
enum Tag {
  static let dateText: UInt64 = 0
  static let epoch: UInt64 = 1
  static let positiveBignum: UInt64 = 2
  static let negativeBignum: UInt64 = 3
  static let decimalFraction: UInt64 = 4
  static let uri: UInt64 = 32
  static let uuid: UInt64 = 37
  /// A multi-dimensional array, last index fastest (RFC 8746).
  static let rowMajor: UInt64 = 40
  /// A multi-dimensional array, first index fastest (RFC 8746).
  static let columnMajor: UInt64 = 1040
  static let set: UInt64 = 258
  /// Time with a fraction of its own (RFC 9581).
  static let extendedTime: UInt64 = 1001
  /// A duration, in the form of such a time (RFC 9581).
  static let duration: UInt64 = 1002
  /// A date without a time, as text (RFC 8943).
  static let fullDate: UInt64 = 1004
}
