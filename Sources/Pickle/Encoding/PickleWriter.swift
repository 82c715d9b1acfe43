/// The bytes of a pickle that is being written.
struct PickleWriter {
  private(set) var bytes: [UInt8] = []

  @inline(__always)
  mutating func write(_ opcode: Opcode) { bytes.append(opcode.rawValue) }

  @inline(__always)
  private mutating func write(number: some FixedWidthInteger & BitwiseCopyable) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func writeProtocol() {
    write(.proto)
    bytes.append(4)
  }

  /// Begins a list; its elements come next.
  mutating func startList(_ count: Int) {
    write(.emptyList)
    if count > 1 { write(.mark) }
  }

  mutating func endList(_ count: Int) {
    if let closing = Self.closing(list: count) { write(closing) }
  }

  /// What stands behind the elements of a list, if there are any.
  static func closing(list count: Int) -> Opcode? {
    switch count {
    case 0: nil
    case 1: .append
    default: .appends
    }
  }

  mutating func write(unsigned value: UInt64) {
    if value <= 0xff {
      write(.binInt1)
      bytes.append(UInt8(truncatingIfNeeded: value))
    } else if value <= 0xffff {
      write(.binInt2)
      write(number: UInt16(truncatingIfNeeded: value))
    } else if let word = Int32(exactly: value) {
      write(.binInt)
      write(number: word)
    } else {
      writeLong(value, isNegative: false)
    }
  }

  /// Writes the integer -1 - n.
  mutating func write(negative value: UInt64) {
    if let word = Int32(exactly: value) {
      write(.binInt)
      write(number: -1 - word)
    } else {
      writeLong(value, isNegative: true)
    }
  }

  private mutating func writeLong(_ magnitude: UInt64, isNegative: Bool) {
    let used = 8 - magnitude.leadingZeroBitCount / 8
    withUnsafeBytes(of: magnitude.littleEndian) { writeLong($0.prefix(used), isNegative) }
  }

  /// Writes an integer, or -1 - n, of any size, least significant byte first and without zeros at
  /// the end. Its length has been found to fit.
  mutating func writeLong(_ magnitude: some Collection<UInt8>, _ isNegative: Bool) {
    // A last bit that is set would turn the sign around.
    let needsByte = (magnitude.suffix(1).first ?? 0) >= 0x80
    let count = magnitude.count + (needsByte ? 1 : 0)
    if count <= 0xff {
      write(.long1)
      bytes.append(UInt8(truncatingIfNeeded: count))
    } else {
      write(.long4)
      write(number: UInt32(truncatingIfNeeded: count))
    }
    let flip: UInt8 = isNegative ? 0xff : 0
    bytes.append(contentsOf: magnitude.lazy.map { $0 ^ flip })
    if needsByte { bytes.append(flip) }
  }

  @inline(__always)
  mutating func write(float value: Double) {
    write(.binFloat)
    withUnsafeBytes(of: value.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
  }

  @inline(__always)
  mutating func write(text: String) {
    var text = text
    text.withUTF8 { content in
      writeLength(content.count, .shortBinUnicode, .binUnicode, .binUnicode8)
      bytes.append(contentsOf: content)
    }
  }

  mutating func write(bytes content: [UInt8]) {
    writeLength(content.count, .shortBinBytes, .binBytes, .binBytes8)
    bytes.append(contentsOf: content)
  }

  @inline(__always)
  private mutating func writeLength(
    _ count: Int, _ short: Opcode, _ medium: Opcode, _ long: Opcode
  ) {
    if count <= 0xff {
      write(short)
      bytes.append(UInt8(truncatingIfNeeded: count))
    } else if let count = UInt32(exactly: count) {
      write(medium)
      write(number: count)
    } else {
      write(long)
      write(number: UInt64(count))
    }
  }
}
