internal import CBOR

extension Unpickler {
  /// A 64-bit float in big-endian order, the only number that is not little-endian.
  mutating func binaryFloat() throws(PickleError) -> Double {
    Double(bitPattern: UInt64(bigEndian: try reader.take(8).loadUnaligned(as: UInt64.self)))
  }

  /// The length of LONG4 and BINSTRING, which has a sign.
  mutating func signedLength() throws(PickleError) -> UInt64 {
    let length = try reader.number(Int32.self)
    guard length >= 0 else { throw malformed("a length of \(length)") }
    return UInt64(length)
  }

  /// A whole number in two's complement, least significant byte first.
  mutating func integer(_ bytes: UnsafeRawBufferPointer) throws(PickleError) -> Item {
    guard let last = bytes.last else { return .unsigned(0) }
    let isNegative = last >= 0x80
    let flip: UInt8 = isNegative ? 0xff : 0
    // CBOR writes -1 - n, whose bytes are those of the complement.
    guard let top = bytes.lastIndex(where: { $0 != flip }) else {
      return isNegative ? .negative(0) : .unsigned(0)
    }
    if top < 8 {
      var magnitude: UInt64 = 0
      for index in (0...top).reversed() { magnitude = magnitude << 8 | UInt64(bytes[index] ^ flip) }
      return isNegative ? .negative(magnitude) : .unsigned(magnitude)
    }
    let magnitude = (0...top).reversed().map { bytes[$0] ^ flip }
    return try arena.makeLeaf(
      .integer, .tagged(isNegative ? 3 : 2, .bytes(magnitude)), offset: reader.start)
  }

  /// INT: decimal digits, or `01` and `00` for what older protocols had no other booleans for.
  mutating func integerLine() throws(PickleError) -> Item {
    let line = try reader.line()
    if line.count == 2, line[0] == 0x30 {
      if line[1] == 0x31 { return .boolean(true) }
      if line[1] == 0x30 { return .boolean(false) }
    }
    return try integer(decimal: line)
  }

  /// LONG: decimal digits, with an L behind them.
  mutating func longLine() throws(PickleError) -> Item {
    let line = try reader.line()
    let hasSuffix = line.last == UInt8(ascii: "L")
    return try integer(
      decimal: UnsafeRawBufferPointer(rebasing: hasSuffix ? line.dropLast() : line[...]))
  }

  private mutating func integer(decimal line: UnsafeRawBufferPointer) throws(PickleError) -> Item {
    guard DecimalText.digits(line) <= DecimalText.limit else {
      throw PickleError(
        .limitExceeded, "an integer of more than \(DecimalText.limit) digits",
        offset: reader.start)
    }
    guard let value = DecimalText.integer(line) else { throw malformed("an integer that is none") }
    switch value {
    case .unsigned(let value): return .unsigned(value)
    case .negative(let value): return .negative(value)
    default: return try arena.makeLeaf(.integer, value, offset: reader.start)
    }
  }

  mutating func floatLine() throws(PickleError) -> Double {
    guard let value = DecimalText.float(try reader.line()) else {
      throw malformed("a float that is none")
    }
    return value
  }
}
