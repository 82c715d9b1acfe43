/// Why a pickle could not be read, or a value not be written as one, and where.
public struct PickleError: Error, Sendable {
  /// What kind of failure this is; new kinds can come with a new version.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case invalidText, limitExceeded, malformed, refused, trailingBytes, truncated, unsupported
    }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }
    public var description: String { kind.rawValue }

    /// Text that is not Unicode: bytes that are not UTF-8, or a lone surrogate.
    public static let invalidText = Code(.invalidText)
    /// More levels, objects or bytes than the limits allow.
    public static let limitExceeded = Code(.limitExceeded)
    /// Bytes that no pickler writes.
    public static let malformed = Code(.malformed)
    /// A pickle that asks for something to be looked up, imported, called or fetched.
    public static let refused = Code(.refused)
    /// Bytes behind the end of the pickle.
    public static let trailingBytes = Code(.trailingBytes)
    /// The bytes end inside the pickle.
    public static let truncated = Code(.truncated)
    /// Data without a counterpart on the other side.
    public static let unsupported = Code(.unsupported)
  }

  // One reference, so that throwing it through typed throws moves a single word.
  private final class Storage: Sendable {
    let code: Code
    let message: String
    let offset: Int?

    init(code: Code, message: String, offset: Int?) {
      self.code = code
      self.message = message
      self.offset = offset
    }
  }

  private let storage: Storage

  /// - Parameters:
  ///   - code: The kind of failure.
  ///   - message: What happened, in one sentence without a full stop.
  ///   - offset: The byte at which the offending opcode starts, counted from 0.
  public init(_ code: Code, _ message: String, offset: Int? = nil) {
    storage = Storage(code: code, message: message, offset: offset)
  }

  public var code: Code { storage.code }
  /// What happened; for `.refused` it names what the pickle asked for.
  public var message: String { storage.message }
  /// The byte at which the offending opcode starts, counted from 0, where it is known.
  public var offset: Int? { storage.offset }
}

extension PickleError: CustomStringConvertible {
  /// One line: the message and the byte.
  public var description: String { offset.map { "\(message) at byte \($0)" } ?? message }
}
