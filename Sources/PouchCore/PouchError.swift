/// What went wrong, where, and what to do about it.
///
/// Every throwing declaration of the package throws this type. No text in it holds key material
/// or payload.
public struct PouchError: Error, Sendable {
  /// What kind of failure this is; new kinds can come with a new version.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case badData, cancelled, closed, configuration, connectionLost, exhausted, inputMissing
      case `internal`, limitExceeded, objectsFailed, outputFailed, peerClosed, protocolMismatch
      case rejected, security, timedOut, truncated, unreachable, usage
    }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }
    public var description: String { kind.rawValue }

    /// Bytes that do not decode, or whose checksum is wrong.
    public static let badData = Code(.badData)
    /// The task was cancelled.
    public static let cancelled = Code(.cancelled)
    /// The connection, sender or receiver was closed on this side.
    public static let closed = Code(.closed)
    /// A setting that cannot be used.
    public static let configuration = Code(.configuration)
    /// The connection broke: a reset, an end that the peer did not announce, or no sign of life.
    public static let connectionLost = Code(.connectionLost)
    /// This process, or the system, has no descriptor left.
    public static let exhausted = Code(.exhausted)
    /// An input that is not there or cannot be read.
    public static let inputMissing = Code(.inputMissing)
    /// A fault of this package, or of the system under it.
    public static let `internal` = Code(.internal)
    /// A size, count or ratio past its limit.
    public static let limitExceeded = Code(.limitExceeded)
    /// Some objects were refused or not delivered.
    public static let objectsFailed = Code(.objectsFailed)
    /// An output that cannot be created or written.
    public static let outputFailed = Code(.outputFailed)
    /// The peer has ended the connection in good order, and takes no more.
    public static let peerClosed = Code(.peerClosed)
    /// The peer speaks another protocol, version or pipeline.
    public static let protocolMismatch = Code(.protocolMismatch)
    /// The peer refused, with a reason of its own.
    public static let rejected = Code(.rejected)
    /// TLS, identity, or the permissions of a key.
    public static let security = Code(.security)
    /// A deadline passed.
    public static let timedOut = Code(.timedOut)
    /// The stream ended in the middle of something.
    public static let truncated = Code(.truncated)
    /// Nobody answered at the endpoint.
    public static let unreachable = Code(.unreachable)
    /// A call or command that makes no sense.
    public static let usage = Code(.usage)
  }

  /// What the peer is told when the connection ends with an error.
  package enum Answer: Sendable, Hashable {
    /// A REJECT with this code.
    case reject(Rejection.Code)
    /// Nothing: the peer said it first, or could not read it.
    case silence
  }

  // One reference, so that throwing it through typed throws moves a single word.
  private final class Storage: Sendable {
    let code: Code
    let message: String
    let hint: String?
    let cause: String?
    let endpoint: Endpoint?
    let peer: String?
    let objectID: UInt64?
    let stage: StageName?
    let answer: Answer?

    init(
      code: Code, message: String, hint: String?, cause: String?, endpoint: Endpoint?,
      peer: String?, objectID: UInt64?, stage: StageName?, answer: Answer?
    ) {
      self.code = code
      self.message = message
      self.hint = hint
      self.cause = cause
      self.endpoint = endpoint
      self.peer = peer
      self.objectID = objectID
      self.stage = stage
      self.answer = answer
    }
  }

  private let storage: Storage

  private init(_ storage: Storage) { self.storage = storage }

  /// - Parameters:
  ///   - code: The kind of failure.
  ///   - message: What happened, in one sentence without a full stop.
  ///   - hint: What the reader can do, as a command or an instruction.
  ///   - cause: What the system or a library said, such as OpenSSL's reason string.
  ///   - endpoint: The endpoint that was being used.
  ///   - peer: Who was at the other end.
  ///   - objectID: The object that was being carried.
  ///   - stage: The pipeline stage that failed.
  public init(
    _ code: Code, _ message: String, hint: String? = nil, cause: String? = nil,
    endpoint: Endpoint? = nil, peer: String? = nil, objectID: UInt64? = nil,
    stage: StageName? = nil
  ) {
    storage = Storage(
      code: code, message: message, hint: hint, cause: cause, endpoint: endpoint, peer: peer,
      objectID: objectID, stage: stage, answer: nil)
  }

  public var code: Code { storage.code }
  public var message: String { storage.message }
  public var hint: String? { storage.hint }
  public var cause: String? { storage.cause }
  public var endpoint: Endpoint? { storage.endpoint }
  public var peer: String? { storage.peer }
  public var objectID: UInt64? { storage.objectID }
  public var stage: StageName? { storage.stage }
  /// What the peer is told, where the error itself decides it.
  package var answer: Answer? { storage.answer }

  /// The same error, with the places it does not name yet filled in.
  public func at(
    endpoint: Endpoint? = nil, peer: String? = nil, objectID: UInt64? = nil,
    stage: StageName? = nil
  ) -> PouchError {
    PouchError(
      Storage(
        code: code, message: message, hint: hint, cause: cause,
        endpoint: self.endpoint ?? endpoint, peer: self.peer ?? peer,
        objectID: self.objectID ?? objectID, stage: self.stage ?? stage, answer: answer))
  }

  /// The same error, which leads to `answer` unless it says already what it leads to.
  package func answered(by answer: Answer) -> PouchError {
    PouchError(
      Storage(
        code: code, message: message, hint: hint, cause: cause, endpoint: endpoint, peer: peer,
        objectID: objectID, stage: stage, answer: self.answer ?? answer))
  }

  /// The failure of a system call, with the text for `number` as its cause.
  ///
  /// Where no descriptor is left, that is the kind of failure, whatever was to be done with one.
  public static func system(
    _ code: Code, _ message: String, errno number: Int32, hint: String? = nil,
    endpoint: Endpoint? = nil
  ) -> PouchError {
    let shortage = descriptorShortageHint(number)
    return PouchError(
      shortage == nil ? code : .exhausted, message, hint: shortage ?? hint,
      cause: systemErrorText(number), endpoint: endpoint)
  }
}

extension PouchError: CustomStringConvertible {
  /// One line: the message, where it applies, the cause.
  public var description: String {
    var text = message
    if let stage { text += " (stage \(stage))" }
    if let objectID { text += " (object \(objectID))" }
    if let endpoint, !message.contains(endpoint.description) { text += " (\(endpoint))" }
    if let peer, !message.contains(peer) { text += " (peer \(peer))" }
    if let cause { text += ": \(cause)" }
    return SystemText.readable(text)
  }
}
