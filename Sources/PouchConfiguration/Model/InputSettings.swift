/// What a sender makes of its inputs.
public struct InputSettings: Sendable, Hashable {
  /// How an input is written.
  public enum Format: String, Sendable, CaseIterable {
    /// Bytes, of which nothing is known.
    case raw
    case json
    /// CBOR's diagnostic notation: RFC 8949, section 8.
    case diagnostic
    case cbor
    /// A pickle, which is sent as it is.
    case pickle
  }

  public var format = Format.raw
  /// Whether JSON is sent as the text that it is.
  public var isText = false
  /// Whether every line is an object of its own.
  public var isEachLine = false

  public init(format: Format = .raw, isText: Bool = false, isEachLine: Bool = false) {
    self.format = format
    self.isText = isText
    self.isEachLine = isEachLine
  }
}
