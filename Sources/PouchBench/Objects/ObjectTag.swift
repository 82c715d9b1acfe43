/// The first eight bytes of an object: which connection it is for, where it stands in that
/// connection's order, and what the receiver's clock does when it arrives.
struct ObjectTag: Sendable, Equatable {
  /// How many bytes it takes.
  static let size = 8
  /// Connections have 14 bits.
  static let mostConnections = 1 << 14

  /// The clock starts when this object has arrived; those behind it are counted.
  static let start: UInt64 = 1 << 63
  /// The clock stops: no object follows.
  static let last: UInt64 = 1 << 62

  static let connectionShift: UInt64 = 48
  private static let sequenceMask: UInt64 = 1 << connectionShift - 1

  var rawValue: UInt64

  init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The tag of a connection's first object.
  init(connection: Int) {
    rawValue = UInt64(truncatingIfNeeded: connection) << ObjectTag.connectionShift
  }

  var starts: Bool { rawValue & ObjectTag.start != 0 }
  var isLast: Bool { rawValue & ObjectTag.last != 0 }

  /// Connection and place alone: no two objects of a run have the same.
  @inline(__always)
  var identity: UInt64 { rawValue & ~(ObjectTag.start | ObjectTag.last) }

  /// The place in the connection's order, counted from 0.
  @inline(__always)
  var sequence: UInt64 { rawValue & ObjectTag.sequenceMask }

  var connection: Int { Int(identity >> ObjectTag.connectionShift) }
}
