internal import CPouchSystem

/// The 24 bytes in front of every frame's body (docs/wire.md, "Frame").
public struct FrameHeader: Hashable, Sendable {
  /// The size of an encoded header in bytes.
  public static let size = 24

  /// The body's length as it travels.
  public var length: UInt32
  public var kind: FrameKind
  public var flags: FrameFlags
  /// Bit i: stage i of the agreed pipeline was applied to this body.
  public var stages: UInt8
  /// The id of the first object in the body, or of the one object that the frame is about.
  public var firstID: UInt64
  /// The number of objects in the body.
  public var count: UInt32

  public init(
    kind: FrameKind, flags: FrameFlags = [], stages: UInt8 = 0, firstID: UInt64 = 0,
    count: UInt32 = 0, length: UInt32 = 0
  ) {
    self.length = length
    self.kind = kind
    self.flags = flags
    self.stages = stages
    self.firstID = firstID
    self.count = count
  }

  /// Reads a header from the first 24 bytes of `bytes`.
  ///
  /// - Throws: `.badData` when the header's own CRC-32C or its reserved byte is wrong; nothing
  ///   else in it may be trusted then, its length least of all.
  @inlinable
  public init(reading bytes: UnsafeRawBufferPointer) throws(PouchError) {
    precondition(bytes.count >= FrameHeader.size, "a header needs 24 bytes")
    let sum: UInt32 = bytes.bigEndian(20)
    guard crc32c(UnsafeRawBufferPointer(rebasing: bytes[0..<20])) == sum else {
      throw FrameHeader.damaged()
    }
    guard bytes[7] == 0, bytes[5] & ~FrameFlags.known.rawValue == 0 else {
      throw FrameHeader.reserved(bytes[5], bytes[7])
    }
    self.init(
      kind: FrameKind(rawValue: bytes[4]), flags: FrameFlags(rawValue: bytes[5]),
      stages: bytes[6], firstID: bytes.bigEndian(8), count: bytes.bigEndian(16),
      length: bytes.bigEndian(0))
  }

  /// Writes the header, with its checksum, over the first 24 bytes of `target`.
  @inlinable
  public func write(to target: UnsafeMutableRawBufferPointer) {
    precondition(target.count >= FrameHeader.size, "a header needs 24 bytes")
    target.storeBytes(of: length.bigEndian, toByteOffset: 0, as: UInt32.self)
    target[4] = kind.rawValue
    target[5] = flags.rawValue
    target[6] = stages
    target[7] = 0
    target.storeBytes(of: firstID.bigEndian, toByteOffset: 8, as: UInt64.self)
    target.storeBytes(of: count.bigEndian, toByteOffset: 16, as: UInt32.self)
    let sum = crc32c(UnsafeRawBufferPointer(rebasing: target[0..<20]))
    target.storeBytes(of: sum.bigEndian, toByteOffset: 20, as: UInt32.self)
  }

  /// The 16 bytes that stand for the header wherever an integrity stage covers it: kind, flags,
  /// the bits of the stages applied before that one, zero, first id, count.
  @inlinable
  public func withCoveredBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    var covered = (
      (UInt32(kind.rawValue) << 24 | UInt32(flags.rawValue) << 16 | UInt32(stages) << 8).bigEndian,
      UInt32(truncatingIfNeeded: firstID >> 32).bigEndian,
      UInt32(truncatingIfNeeded: firstID).bigEndian,
      count.bigEndian
    )
    return try Swift.withUnsafeBytes(of: &covered) { (bytes) throws(E) in try body(bytes) }
  }

  @usableFromInline
  static func damaged() -> PouchError {
    PouchError(
      .badData, "a frame header arrived damaged: its CRC-32C does not agree",
      hint: "the connection is closed; send what was not acknowledged again")
  }

  @usableFromInline
  static func reserved(_ flags: UInt8, _ byte: UInt8) -> PouchError {
    PouchError(
      .badData, "a frame header has flags \(flags) and reserved byte \(byte), which are unknown")
  }
}

/// The CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`, continuing from `seed`, the
/// checksum of what came before.
public func crc32c(_ bytes: UnsafeRawBufferPointer, continuing seed: UInt32 = 0) -> UInt32 {
  pouch_crc32c(seed, bytes.baseAddress, bytes.count)
}
