/// A connected session: what happens after the handshake, without I/O and without a clock.
///
/// The driver feeds it frames whose stages are undone, tells it what the handlers have finished,
/// and writes what gathers in `outbox`.
@usableFromInline
package struct Session: ~Copyable, Sendable {
  /// What a control frame brought about.
  package enum Event: Sendable {
    case nothing
    /// The receiver has answered for the objects in the ledger's `news`.
    case settled
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
    ownWindow = agreement.ownWindow ?? agreement.window
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
    try checkOrder(header.kind)
    switch header.kind {
    case .acknowledge:
      try expect(.sender, header.kind)
      try expectAnswers(header.kind)
      let acknowledgement = try Acknowledgement(reading: body)
      guard acknowledgement.level == acknowledge else {
        throw PouchError(
          .badData, "an ACK says '\(acknowledgement.level)' where '\(acknowledge)' was agreed")
      }
      try outbox.ledger.settle(acknowledgement)
      return .settled
    case .refuse:
      try expect(.sender, header.kind)
      try expectAnswers(header.kind)
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
      guard body.isEmpty else { throw PouchError(.badData, "a CANCEL has a body") }
      return try takeCancel(header.firstID)
    case .ping:
      guard body.count == 8 else { throw PouchError(.badData, "a PING has 8 bytes") }
      // Behind both CLOSE nothing is said any more.
      if !hasClosed { outbox.append(.pong) { $0.append(body) } }
      return .nothing
    case .pong:
      guard body.count == 8 else { throw PouchError(.badData, "a PONG has 8 bytes") }
      return .nothing
    case .close:
      let closing = try Closing(reading: body)
      try check(closing)
      receivedClosing = closing
      acceptsObjects = false
      return .closing(closing)
    case .reject:
      throw HandshakeFrame.rejection(Frame(header: header, body: body))
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

  /// Checks that first id and count are zero where they mean nothing, and an id where there has to
  /// be one (docs/wire.md, section 3).
  private static func checkNumbers(_ header: FrameHeader) throws(PouchError) {
    switch header.kind {
    case .acknowledge, .credit, .ping, .pong, .close:
      guard header.firstID == 0, header.count == 0 else {
        throw PouchError(.badData, "a \(header.kind) frame is about no object, and names one")
      }
    case .refuse, .cancel:
      guard header.count == 0, header.firstID > 0 else {
        throw PouchError(.badData, "a \(header.kind) frame is about one object, and names none")
      }
    default: break
    }
  }

  /// Checks that the peer may still send a frame of `kind`: not every one behind its CLOSE.
  private func checkOrder(_ kind: FrameKind) throws(PouchError) {
    guard receivedClosing != nil else { return }
    switch kind {
    case .data, .credit, .cancel, .close:
      throw PouchError(.protocolMismatch, "the peer sent \(kind) behind its CLOSE")
    default: break
    }
  }

  private func expectAnswers(_ kind: FrameKind) throws(PouchError) {
    guard acknowledge != .none else {
      throw PouchError(
        .protocolMismatch, "the peer sent \(kind) where no acknowledgement was agreed")
    }
  }

  private mutating func takeCancel(_ id: UInt64) throws(PouchError) -> Event {
    // What crosses this side's own CLOSE may be about an object that was dropped.
    guard sentClosing == nil else { return .nothing }
    guard id <= inbox.highest else {
      throw PouchError(.badData, "the peer cancels an object that never began", objectID: id)
    }
    guard inbox.cancel(id) else { return .nothing }
    settle(id...id)
    return .cancelled(id)
  }

  /// Checks what the peer says in its CLOSE against what this side has seen.
  private func check(_ closing: Closing) throws(PouchError) {
    switch role {
    case .sender:
      guard closing.last <= outbox.ledger.sent else {
        throw PouchError(
          .badData,
          "the peer closes behind object \(closing.last); \(outbox.ledger.sent) is the last one sent"
        )
      }
    case .receiver:
      let isRight =
        sentClosing == nil && inbox.isTaking
        ? closing.last == inbox.highest : closing.last >= inbox.highest
      guard isRight else {
        throw PouchError(
          .badData,
          "the peer closes behind object \(closing.last); \(inbox.highest) is the last one that came"
        )
      }
      guard sentClosing != nil || inbox.incompleteCount == 0 else {
        throw PouchError(
          .badData, "the peer closes and leaves \(inbox.incompleteCount) objects incomplete")
      }
    }
  }

  // MARK: Objects that come

  /// Admits a frame of whole objects with consecutive ids.
  ///
  /// - Returns: How many of them, from the front, came before; nil when all are to be dropped.
  /// - Throws: As `Inbox.admit(first:count:)`, and behind the peer's CLOSE.
  package mutating func admit(first: UInt64, count: UInt32) throws(PouchError) -> Int? {
    try checkOrder(.data)
    guard sentClosing == nil else { return nil }
    let duplicates = try inbox.admit(first: first, count: count)
    if duplicates > 0 { owesAcknowledgement = true }
    return inbox.isTaking ? duplicates : nil
  }

  /// Admits a frame that holds one entry: a whole object or a chunk.
  ///
  /// - Throws: As `Inbox.admit(id:entry:attributes:)`, and behind the peer's CLOSE.
  package mutating func admit(
    id: UInt64, entry: Entry, attributes: Attributes?
  ) throws(PouchError) -> Inbox.Admission {
    try checkOrder(.data)
    guard sentClosing == nil else { return .stale }
    let admission = try inbox.admit(id: id, entry: entry, attributes: attributes)
    switch admission {
    case .stale, .whole(duplicates: 1): owesAcknowledgement = true
    case .whole, .firstChunk, .chunk: break
    }
    return admission
  }

  /// Drops every object that begins from now on; those that have begun come to their end. For a
  /// receiver that is to stop: `close` comes next.
  package mutating func stopTaking() {
    inbox.stopTaking()
    acceptsObjects = false
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
  ///
  /// - Returns: false when it is settled: answered for before, or given up by its sender.
  @discardableResult
  package mutating func refuse(_ id: UInt64, _ refusal: Refusal) -> Bool {
    guard !inbox.settled.contains(id) else { return false }
    _ = inbox.cancel(id)
    if acknowledge != .none, !isRejecting {
      outbox.append(.refuse, id: id) { $0.append(refusal.encoded()) }
    }
    settle(id...id)
    return true
  }

  // MARK: Sending

  /// Whether objects may still be accepted: neither side has begun to close. Stored, because it
  /// is asked for every object.
  package private(set) var acceptsObjects = true { didSet { outbox.closeRoom() } }

  /// Why the peer takes no more; nil while it does.
  package var peerClosing: Closing? { receivedClosing }

  /// Asks for a sign of life.
  package mutating func ping(_ value: UInt64) {
    guard !hasClosed, !isRejecting else { return }
    outbox.append(.ping) { $0.append(bigEndian: value) }
  }

  /// Changes the receiver's window.
  package mutating func grant(_ window: Window) {
    guard sentClosing == nil, !isRejecting else { return }
    outbox.append(.credit) {
      $0.append(bigEndian: UInt64(max(0, window.objects)))
      $0.append(bigEndian: UInt64(max(0, window.bytes)))
    }
  }

  /// Gives up on a chunked object. Its receiver will settle it without an answer: it does not count
  /// as acknowledged.
  package mutating func cancel(_ id: UInt64) {
    guard outbox.ledger.cancel(id) else { return }
    // A receiver that has closed drops it by itself.
    guard sentClosing == nil, receivedClosing == nil, !isRejecting else { return }
    outbox.append(.cancel, id: id)
  }

  /// Begins to end the connection: nothing more will be sent, or taken, by this side.
  package mutating func close(code: String, text: String? = nil) {
    guard sentClosing == nil, !isRejecting else { return }
    flushAcknowledgement()
    // Nothing may be left incomplete behind a CLOSE.
    for id in outbox.ledger.incomplete { cancel(id) }
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
    guard receivedClosing != nil, sentClosing == nil else { return }
    switch role {
    case .sender: close(code: "done")
    case .receiver:
      if inbox.isSettled { close(code: "done") }
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

  /// Whether both sides have sent CLOSE.
  private var hasClosed: Bool { sentClosing != nil && receivedClosing != nil }

  /// Whether this side has said everything that it will say.
  package var hasSentLast: Bool {
    (isRejecting || hasClosed) && outbox.isEmpty
  }

  /// Whether the end of the stream is a clean one now: the peer has closed, which it does behind
  /// everything else.
  package var mayEnd: Bool { receivedClosing != nil }
}
