extension Value {
  /// Reads JSON text: RFC 8259 as it is written, converted as RFC 8949, section 6.2, suggests.
  ///
  /// Digits alone become an integer of any size. A number with a fraction or an exponent becomes
  /// the nearest float, where that is the number to the digits that are written and these are no
  /// more than the 17 of a float; otherwise it is kept exactly, as a decimal fraction (tag 4) or an
  /// integer. An object becomes a map with its members in their order.
  ///
  /// - Parameters:
  ///   - text: The text, in UTF-8 and without a byte order mark.
  ///   - limits: What to accept.
  /// - Throws: `CBORError`: `syntax`, `invalidUTF8`, `outOfRange` for a number of more than 4,300
  ///   digits or with an exponent beyond 10^18, `depthExceeded`, `itemsExceeded` (also for a tree
  ///   that would be larger than `limits` allow) or `duplicateKey`, with an offset in bytes.
  public init(
    json text: [UInt8], limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    var parser = JSONParser(text, limits: limits, JSONTree(limits, source: text.count))
    try parser.parse()
    self = parser.target.root ?? .null
  }

  /// Reads JSON text; see `init(json:limits:)` of its bytes.
  public init(json text: String, limits: DecodingLimits = DecodingLimits()) throws(CBORError) {
    try self.init(json: Array(text.utf8), limits: limits)
  }

  /// The value as JSON text, as far as JSON can hold it, and what it cannot.
  ///
  /// RFC 8949, section 6.1, with the members of an object in their order:
  ///
  /// | item | becomes |
  /// | --- | --- |
  /// | integers, bignums too | numbers; beyond 2^53 a loss, since most readers round them |
  /// | bytes | base64url text without padding, or as tags 21 to 23 say; a loss |
  /// | keys that are not text | digits, base64url or diagnostic notation; a loss |
  /// | NaN, infinities, undefined, other simple values | `null`; a loss |
  /// | decimal fractions (tag 4) | numbers; a loss where no float holds them, since most readers round |
  /// | typed arrays, multi-dimensional ones (tags 40, 1040, 64 to 87) | arrays of numbers |
  /// | dates as text, URIs, UUIDs (tags 0, 1004, 32, 37) | their usual text |
  /// | durations (tag 1002) | seconds |
  /// | other tags | what they hold; a loss |
  public func json() -> JSONText {
    let writer = Writer()
    write(to: writer, keepsSimple: true)
    return JSONPrinter.text(of: writer.bytes)
  }
}
