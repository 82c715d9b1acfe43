/// A connected session: what happens after the handshake, without I/O and without a clock.
///
/// The driver feeds it frames whose stages are undone, tells it what the handlers have finished,
/// and writes what gathers in `outbox`.
@usableFromInline
package struct Session: ~Copyable, Sendable {
  /// What a control frame brought about.
  package enum Event: Sendable {
    case nothing
    /// The mark passed over these ids, or ranges beyond it came.
    case settled(Range<UInt64>)
    /// The receiver refused an object.
    case refused(UInt64, Refusal)
    /// More may be sent.
    case windowChanged
    /// The sender gave up on a chunked object.
    case cancelled(UInt64)
    /// The peer has begun to close.
    case closing(Closing)
  }

  package let role: Role
  package let acknowledge: AcknowledgementLevel
  package var outbox: Outbox
  package var inbox: Inbox

  private let ownWindow: Window
  private var owesAcknowledgement = false
  private var sentClosing: Closing?
  private var receivedClosing: Closing?
  private var isRejecting = false

  package init(_ agreement: Agreement, largestObject: UInt64?) {
    role = agreement.role
    acknowledge = agreement.acknowledge
    outbox = Outbox(peerFrame: agreement.peerFrame)
    inbox = Inbox(largestObject: largestObject)
    ownWindow = agreement.window
    if role == .sender, acknowledge != .none { outbox.window = agreement.window }
  }

  // MARK: Receiving

  /// Takes a frame that is not DATA.
  ///
  /// - Parameter body: The body with the pipeline undone.
  /// - Throws: The peer's rejection, or what is wrong with the frame.
  package mutating func receive(
    _ header: FrameHeader, _ body: Bytes
  ) throws(PouchError) -> Event {
    try Session.checkNumbers(header)
    switch header.kind {
    case .acknowledge:
      try expect(.sender, header.kind)
      return .settled(try outbox.ledger.settle(Acknowledgement(reading: body)))
    case .refuse:
      try expect(.sender, header.kind)
      let refusal = try Refusal(reading: body)
      guard try outbox.ledger.refuse(header.firstID) else { return .nothing }
      return .refused(header.firstID, refusal)
    case .credit:
      try expect(.sender, header.kind)
      let credit = try Window(reading: body)
      if acknowledge != .none { outbox.window = ownWindow.limited(by: credit) }
      return .windowChanged
    case .cancel:
      try expect(.receiver, header.kind)
      guard inbox.cancel(header.firstID) else { return .nothing }
      settle(header.firstID...header.firstID)
      return .cancelled(header.firstID)
    case .ping:
      guard body.count == 8 else { throw PouchError(.badData, "a PING has 8 bytes") }
      outbox.append(.pong) { $0.append(body) }
      return .nothing
    case .pong:
      guard body.count == 8 else { throw PouchError(.badData, "a PONG has 8 bytes") }
      return .nothing
    case .close:
      let closing = try Closing(reading: body)
      receivedClosing = closing
      acceptsObjects = false
      return .closing(closing)
    case .reject:
      throw try Rejection(
        reading: HandshakeFrame.open(Frame(header: header, body: body))
      ).error
    case .hello, .welcome, .ready, .data:
      throw PouchError(.protocolMismatch, "the peer sent \(header.kind) where none is due")
    default:
      guard header.flags.contains(.ignorable) else {
        throw PouchError(
          .protocolMismatch, "the peer sent a frame of unknown kind \(header.kind.rawValue)")
      }
      return .nothing
    }
  }

  /// Checks that first id and count are zero where they mean nothing (docs/wire.md, section 2).
  private static func checkNumbers(_ header: FrameHeader) throws(PouchError) {
    switch header.kind {
    case .acknowledge, .credit, .ping, .pong, .close, .reject:
      guard header.firstID == 0, header.count == 0 else {
        throw PouchError(.badData, "a \(header.kind) frame is about no object, and names one")
      }
    case .refuse, .cancel:
      guard header.count == 0 else {
        throw PouchError(.badData, "a \(header.kind) frame holds no objects, and counts some")
      }
    default: break
    }
  }

  private func expect(_ expected: Role, _ kind: FrameKind) throws(PouchError) {
    guard role == expected else {
      throw PouchError(.protocolMismatch, "a \(kind) frame came to a \(role)")
    }
  }

  /// Marks objects as answered for at the agreed level.
  package mutating func settle(_ ids: ClosedRange<UInt64>) {
    inbox.settle(ids)
    owesAcknowledgement = true
  }

  /// Refuses one object.
  package mutating func refuse(_ id: UInt64, _ refusal: Refusal) {
    if acknowledge != .none {
      outbox.append(.refuse, id: id) { $0.append(refusal.encoded()) }
    }
    settle(id...id)
  }

  // MARK: Sending

  /// Whether objects may still be accepted: neither side has begun to close. Stored, because it
  /// is asked for every object.
  package private(set) var acceptsObjects = true { didSet { outbox.closeRoom() } }

  /// Why the peer takes no more; nil while it does.
  package var peerClosing: Closing? { receivedClosing }

  /// Asks for a sign of life.
  package mutating func ping(_ value: UInt64) {
    outbox.append(.ping) { $0.append(bigEndian: value) }
  }

  /// Changes the receiver's window.
  package mutating func grant(_ window: Window) {
    outbox.append(.credit) {
      $0.append(bigEndian: UInt64(max(0, window.objects)))
      $0.append(bigEndian: UInt64(max(0, window.bytes)))
    }
  }

  /// Gives up on a chunked object.
  package mutating func cancel(_ id: UInt64) {
    // The receiver will settle it without an answer: it must not count as acknowledged.
    _ = try? outbox.ledger.refuse(id)
    guard sentClosing == nil, !isRejecting else { return }
    outbox.append(.cancel, id: id)
  }

  /// Begins to end the connection: nothing more will be sent, or taken, by this side.
  package mutating func close(code: String, text: String? = nil) {
    guard sentClosing == nil, !isRejecting else { return }
    flushAcknowledgement()
    let last = role == .sender ? outbox.ledger.accepted : inbox.highest
    let closing = Closing(last: last, code: code, text: text)
    sentClosing = closing
    acceptsObjects = false
    outbox.append(.close) { $0.append(closing.encoded()) }
  }

  /// Ends the connection with an error that is told to the peer.
  package mutating func reject(_ rejection: Rejection) {
    guard !isRejecting else { return }
    isRejecting = true
    acceptsObjects = false
    outbox.discard()
    outbox.append(.reject) {
      HandshakeFrame.appendBody(.reject, rejection.encoded(), to: &$0)
    }
  }

  /// Queues what has become due since the last flush: one acknowledgement for everything that was
  /// settled, and the answer to a CLOSE.
  package mutating func prepareFlush() {
    guard !isRejecting else { return }
    flushAcknowledgement()
    guard let closing = receivedClosing, sentClosing == nil else { return }
    switch role {
    case .sender: close(code: "done")
    case .receiver:
      if inbox.highest >= closing.last, inbox.isSettled { close(code: "done") }
    }
  }

  private mutating func flushAcknowledgement() {
    guard owesAcknowledgement else { return }
    owesAcknowledgement = false
    guard acknowledge != .none else { return }
    let acknowledgement = Acknowledgement(
      level: acknowledge, upTo: inbox.settled.upTo, ranges: inbox.settled.ranges)
    outbox.append(.acknowledge) { acknowledgement.append(to: &$0) }
  }

  /// Whether this side has said everything that it will say.
  package var hasSentLast: Bool {
    (isRejecting || (sentClosing != nil && receivedClosing != nil)) && outbox.isEmpty
  }

  /// Whether the end of the stream is a clean one now: the peer has closed, and everything that it
  /// sent before has come.
  package var mayEnd: Bool {
    guard let closing = receivedClosing else { return false }
    return role == .sender || inbox.highest >= closing.last
  }
}
