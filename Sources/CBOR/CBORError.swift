/// Why bytes, text or a value could not be converted, and where.
public struct CBORError: Error, Sendable {
  /// What kind of failure this is; new kinds can come with a new version.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case custom, depthExceeded, duplicateKey, invalidUTF8, invalidValue, itemsExceeded
      case keyNotFound, malformed, outOfMemory, outOfRange, syntax, trailingBytes, truncated,
        typeMismatch
      case valueNotFound
    }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }
    public var description: String { kind.rawValue }

    /// An error that a type's own `init(from:)` or `encode(to:)` threw.
    public static let custom = Code(.custom)
    /// Arrays, maps and tags nested more deeply than the limit.
    public static let depthExceeded = Code(.depthExceeded)
    /// A map that holds one key twice.
    public static let duplicateKey = Code(.duplicateKey)
    /// A text string that is not UTF-8.
    public static let invalidUTF8 = Code(.invalidUTF8)
    /// Well-formed data that means nothing under its tag, or a value that CBOR cannot hold.
    public static let invalidValue = Code(.invalidValue)
    /// More items than the limit, or than a tree of values may hold.
    public static let itemsExceeded = Code(.itemsExceeded)
    /// A key that the type asks for and the map does not hold.
    public static let keyNotFound = Code(.keyNotFound)
    /// Bytes that are not CBOR.
    public static let malformed = Code(.malformed)
    /// Data for which the system has no memory.
    public static let outOfMemory = Code(.outOfMemory)
    /// A number that the type asked for cannot hold exactly.
    public static let outOfRange = Code(.outOfRange)
    /// Text that is not diagnostic notation, or not JSON.
    public static let syntax = Code(.syntax)
    /// Bytes after the end of the data item.
    public static let trailingBytes = Code(.trailingBytes)
    /// The bytes end inside a data item.
    public static let truncated = Code(.truncated)
    /// An item of another type than the one asked for.
    public static let typeMismatch = Code(.typeMismatch)
    /// Null where a value is needed, or an array without the element asked for.
    public static let valueNotFound = Code(.valueNotFound)
  }

  // One reference, so that throwing it through typed throws moves a single word.
  private final class Storage: Sendable {
    let code: Code
    let message: String
    let offset: Int?
    let codingPath: [any CodingKey]
    let underlying: (any Error)?

    init(
      code: Code, message: String, offset: Int?, codingPath: [any CodingKey],
      underlying: (any Error)?
    ) {
      self.code = code
      self.message = message
      self.offset = offset
      self.codingPath = codingPath
      self.underlying = underlying
    }
  }

  private let storage: Storage

  /// - Parameters:
  ///   - code: The kind of failure.
  ///   - message: What happened, in one sentence without a full stop.
  ///   - offset: The byte at which the offending item starts, counted from 0.
  ///   - codingPath: The keys and indices that lead to the offending item.
  ///   - underlying: The error that a type's own code threw.
  public init(
    _ code: Code, _ message: String, offset: Int? = nil, codingPath: [any CodingKey] = [],
    underlying: (any Error)? = nil
  ) {
    storage = Storage(
      code: code, message: message, offset: offset, codingPath: codingPath,
      underlying: underlying)
  }

  public var code: Code { storage.code }
  public var message: String { storage.message }
  /// The byte at which the offending item starts, counted from 0, where it is known.
  public var offset: Int? { storage.offset }
  /// The keys and indices that lead to the offending item.
  public var codingPath: [any CodingKey] { storage.codingPath }
  /// The error that a type's own code threw.
  public var underlying: (any Error)? { storage.underlying }

  func at(path: [any CodingKey]) -> CBORError {
    CBORError(code, message, offset: offset, codingPath: path, underlying: underlying)
  }

  func shifted(by distance: Int) -> CBORError {
    CBORError(
      code, message, offset: offset.map { $0 + distance }, codingPath: codingPath,
      underlying: underlying)
  }
}

extension CBORError: CustomStringConvertible {
  /// One line: the message, the byte, the path.
  public var description: String {
    var text = message
    if let offset { text += " at byte \(offset)" }
    if !codingPath.isEmpty {
      text += " (in \(codingPath.map(\.stringValue).joined(separator: ".")))"
    }
    return text
  }
}
