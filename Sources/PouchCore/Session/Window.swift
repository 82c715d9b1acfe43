/// How much may be sent and not yet settled (docs/wire.md, section 6).
public struct Window: Sendable, Hashable {
  /// The most objects in flight.
  public var objects: Int
  /// The most payload bytes of unchunked objects in flight.
  public var bytes: Int

  public init(objects: Int, bytes: Int) {
    self.objects = objects
    self.bytes = bytes
  }

  /// 65,536 objects or 8 MiB, whichever is reached first.
  public static let standard = Window(objects: 65_536, bytes: 8 << 20)

  /// The tighter of two windows.
  package func limited(by other: Window) -> Window {
    Window(objects: min(objects, other.objects), bytes: min(bytes, other.bytes))
  }

  /// The body of a CREDIT frame.
  package init(reading body: Bytes) throws(PouchError) {
    guard body.count == 16 else {
      throw PouchError(.badData, "a CREDIT frame has \(body.count) bytes, not 16")
    }
    let objects: UInt64 = body.withUnsafeBytes { $0.bigEndian(0) }
    let bytes: UInt64 = body.withUnsafeBytes { $0.bigEndian(8) }
    self.init(objects: Int(clamping: objects), bytes: Int(clamping: bytes))
  }
}
