/// A value as JSON text on one line, and what the text does not say of it.
public struct JSONText: Hashable, Sendable {
  /// JSON (RFC 8259) without white space between tokens. Controls and line separators are escaped,
  /// so that no program takes it for two lines.
  public let text: String
  /// What JSON could not hold: the first of them, up to `mostLosses`.
  public let losses: [JSONLoss]
  /// How many there are in all.
  public let lossCount: Int

  /// How many losses are described.
  public static let mostLosses = 100
}

/// One thing that JSON could not hold, and where.
public struct JSONLoss: Hashable, Sendable {
  /// What kind of loss this is; new kinds can come with a new version.
  public struct Kind: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String {
      case bytes, duplicateName, key, nonFinite, precision, simple, tag
    }
    private let name: Name
    private init(_ name: Name) { self.name = name }
    public var description: String { name.rawValue }

    /// A byte string, which became text.
    public static let bytes = Kind(.bytes)
    /// Two keys of a map that became the same name; both are written.
    public static let duplicateName = Kind(.duplicateName)
    /// A key that is not text, and became it.
    public static let key = Kind(.key)
    /// NaN or an infinity, which became null.
    public static let nonFinite = Kind(.nonFinite)
    /// An integer beyond 2^53, or another number that no float of 64 bits holds, which most readers
    /// of JSON round.
    public static let precision = Kind(.precision)
    /// Undefined or a simple value without a name, which became null.
    public static let simple = Kind(.simple)
    /// A tag, which was left out.
    public static let tag = Kind(.tag)
  }

  public let kind: Kind
  /// What happened, in a few words.
  public let message: String
  /// The names and indices that lead to the place in the JSON text.
  public let path: [String]

  init(_ kind: Kind, _ message: String, _ path: [String]) {
    self.kind = kind
    self.message = message
    self.path = path
  }

  /// The place as a JSON Pointer (RFC 6901); empty for the whole text.
  public var pointer: String {
    path.map { step in
      "/" + step.replacing("~", with: "~0").replacing("/", with: "~1")
    }.joined()
  }
}

extension JSONLoss: CustomStringConvertible {
  /// One line: the place and what happened there.
  public var description: String { path.isEmpty ? message : "\(pointer): \(message)" }
}
