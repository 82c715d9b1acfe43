/// How an object's payload is serialized (docs/wire.md, section 5).
public struct ObjectFormat: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// 0 to 15.
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue & 0x0f }

  /// Bytes, as they are.
  public static let raw = ObjectFormat(rawValue: 0)
  /// RFC 8949.
  public static let cbor = ObjectFormat(rawValue: 1)
  /// RFC 8259 text.
  public static let json = ObjectFormat(rawValue: 2)
  /// The safe subset of Python's pickle.
  public static let pickle = ObjectFormat(rawValue: 3)

  /// The name that the hello and the configuration use.
  public var description: String {
    let names = ["raw", "cbor", "json", "pickle"]
    return Int(rawValue) < names.count ? names[Int(rawValue)] : "format \(rawValue)"
  }
}
