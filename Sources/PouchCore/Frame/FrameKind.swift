/// What a frame is for (docs/wire.md, "Kinds").
public struct FrameKind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let hello = FrameKind(rawValue: 1)
  public static let welcome = FrameKind(rawValue: 2)
  public static let ready = FrameKind(rawValue: 3)
  public static let reject = FrameKind(rawValue: 4)
  public static let data = FrameKind(rawValue: 5)
  public static let acknowledge = FrameKind(rawValue: 6)
  public static let refuse = FrameKind(rawValue: 7)
  public static let credit = FrameKind(rawValue: 8)
  public static let ping = FrameKind(rawValue: 9)
  public static let pong = FrameKind(rawValue: 10)
  public static let cancel = FrameKind(rawValue: 11)
  public static let close = FrameKind(rawValue: 12)

  /// The name that the protocol's text uses.
  public var description: String {
    let names = [
      "HELLO", "WELCOME", "READY", "REJECT", "DATA", "ACK", "NACK", "CREDIT", "PING", "PONG",
      "CANCEL", "CLOSE",
    ]
    let index = Int(rawValue) - 1
    return names.indices.contains(index) ? names[index] : "kind \(rawValue)"
  }
}

/// The bits of a frame header's flags byte.
public struct FrameFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The sender wants the objects of this frame acknowledged without delay.
  public static let acknowledgementRequested = FrameFlags(rawValue: 0x01)
  /// A receiver that does not know this kind skips the frame.
  public static let ignorable = FrameFlags(rawValue: 0x02)

  /// Every flag of this version; the other bits are zero.
  @usableFromInline static var known: FrameFlags { FrameFlags(rawValue: 0x03) }
}
