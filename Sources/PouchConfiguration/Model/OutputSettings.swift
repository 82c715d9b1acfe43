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

  /// The directory that objects are written to as files; nil for standard output.
  public var directory: String?
  public var onConflict: OnConflict
  /// How many objects to take before ending; nil to go on.
  public var count: Int?
  /// Write each object to standard output as one line.
  public var lines: Bool
}
