/// What a receiver does with what arrives. Paths are resolved.
public struct OutputSettings: Sendable, Hashable {
  /// What to do when a file of an object's name is there already.
  public enum OnConflict: String, Sendable, CaseIterable {
    /// Write under a name with a number.
    case rename
    case overwrite
    /// Refuse the object; its sender is told.
    case refuse
  }

  /// How objects are written to standard output.
  public enum Form: String, Sendable, CaseIterable {
    /// Payloads as they are, one after the other.
    case raw
    /// One line of JSON for each.
    case lines
    /// One line of CBOR's diagnostic notation for each.
    case diagnostic
  }

  /// The directory that objects are written to as files.
  public var directory: String?
  public var onConflict: OnConflict
  /// Without a directory; nil when nothing says where objects go.
  public var form: Form?
  /// With `lines`: whether an object that JSON cannot hold whole is refused.
  public var isStrict: Bool
  /// How many objects to take before ending; nil to go on.
  public var count: Int?
  /// What is kept of one peer's objects that wait for standard output, in bytes; four times that for
  /// all peers.
  public var spill = 1 << 30
}
