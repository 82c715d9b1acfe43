import PouchCore

/// A connection to one peer, in either framing: what the sender, the receiver and the serving
/// between them need of it.
protocol PeerConnection: AnyObject, Sendable {
  var stream: any ByteStream { get }
  var info: ConnectionInfo { get }

  // MARK: Life

  /// Runs until the connection has ended, and says how.
  func run(arrived: Bytes, to sink: Sink) async -> Result<Void, PouchError>
  /// Ends it in good order, without waiting for the end.
  func beginClosing(code: String)
  /// Ends it at once.
  func abort(_ error: PouchError)
  /// Waits until it has ended.
  ///
  /// - Throws: Why, when the end was not clean.
  func waitForEnd() async throws(PouchError)
  var hasEnded: Bool { get }
  /// Why it has ended; nil while it goes on, and after an end that both sides wanted.
  var endReason: PouchError? { get }

  // MARK: Sending

  /// Whether an object would be accepted now.
  var hasCredit: Bool { get }
  /// Lets `waiter` be fired when an object may be accepted, or never will be.
  ///
  /// - Returns: false when there is nothing to wait for.
  func watchCredit(_ waiter: Waiter) -> Bool
  /// Forgets `waiter`, fired or not.
  func forgetCredit(_ waiter: Waiter)
  /// The books of the sending end.
  var summary: SenderSummary { get }
  /// What the sending end has lost, once the connection has ended.
  var losses: SendingLosses { get }

  func send(
    _ payload: Bytes, attributes: Attributes, format: ObjectFormat
  ) async throws(PouchError) -> Receipt

  /// Sends an object with the attachments that `attributes` lists.
  func send(
    _ payload: Bytes, attachments: [Bytes], attributes: Attributes, format: ObjectFormat
  ) async throws(PouchError) -> Receipt

  func send(
    attributes: Attributes, format: ObjectFormat,
    from source: (Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> Receipt

  // MARK: Receiving

  /// The books of the receiving end.
  var reception: ReceiverSummary { get }
}
