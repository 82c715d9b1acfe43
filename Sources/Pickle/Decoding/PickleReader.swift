/// A position in the bytes of a pickle, which neither leaves them nor crosses the end of a frame.
struct PickleReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0
  /// Where the opcode that is being read starts.
  private(set) var start = 0
  /// Where the current frame ends; the end of the bytes outside of a frame.
  private var end: Int
  private var isFramed = false

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    end = bytes.count
  }

  /// The byte of the next opcode, which may be the first behind a frame.
  @inline(__always)
  mutating func opcode() throws(PickleError) -> UInt8 {
    start = position
    if position >= end { try leaveFrame() }
    let byte = bytes[position]
    position &+= 1
    return byte
  }

  private mutating func leaveFrame() throws(PickleError) {
    guard isFramed, position < bytes.count else {
      throw PickleError(.truncated, "the pickle ends without a STOP", offset: start)
    }
    isFramed = false
    end = bytes.count
  }

  /// Enters a frame of `size` bytes.
  mutating func enterFrame(_ size: UInt64) throws(PickleError) {
    // A frame that is at its end has been left, but for its last opcode's offset.
    guard !isFramed || position == end else {
      throw PickleError(.malformed, "a frame begins inside of another", offset: start)
    }
    guard size <= UInt64(bytes.count - position) else {
      throw PickleError(
        .truncated, "a frame of \(size) bytes, of which \(bytes.count - position) are there",
        offset: start)
    }
    isFramed = true
    end = position + Int(size)
  }

  /// Refuses a pickle that ends before its frame does.
  func checkEnd() throws(PickleError) {
    guard !isFramed || position == end else {
      throw PickleError(
        .malformed, "the pickle ends \(end - position) bytes before its frame", offset: start)
    }
  }

  /// The next bytes, which are there.
  @inline(__always)
  mutating func take(_ count: Int) throws(PickleError) -> UnsafeRawBufferPointer {
    guard count <= end &- position else { throw shortage(UInt64(count)) }
    defer { position &+= count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position &+ count])
  }

  /// The next bytes, as many as a length of the pickle says.
  @inline(__always)
  mutating func take(_ count: UInt64) throws(PickleError) -> UnsafeRawBufferPointer {
    guard count <= UInt64(end &- position) else { throw shortage(count) }
    return try take(Int(count))
  }

  @inline(never)
  private func shortage(_ count: UInt64) -> PickleError {
    let remaining = bytes.count - position
    guard count <= UInt64(remaining) else {
      return PickleError(
        .truncated, "\(count) bytes are announced and \(remaining) are there", offset: start)
    }
    return PickleError(.malformed, "an opcode straddles the end of its frame", offset: start)
  }

  @inline(__always)
  mutating func uint8() throws(PickleError) -> UInt8 { try take(1)[0] }

  /// A number in little-endian order, which all but BINFLOAT's are.
  @inline(__always)
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(PickleError) -> Number {
    Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: type))
  }

  /// The bytes up to the next line feed, which is passed.
  mutating func line() throws(PickleError) -> UnsafeRawBufferPointer {
    var stop = position
    while stop < end, bytes[stop] != 0x0a { stop &+= 1 }
    guard stop < end else {
      guard end == bytes.count else {
        throw PickleError(.malformed, "a line straddles the end of its frame", offset: start)
      }
      throw PickleError(.truncated, "a line without an end", offset: start)
    }
    defer { position = stop &+ 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<stop])
  }
}
