/// HELLO, WELCOME, READY: the state machine of both sides. It does no I/O and draws no random
/// numbers; bytes go in and come out.
package struct Handshake: Sendable {
  /// What this end brings.
  package struct Offer: Sendable {
    package var role: Role
    package var id: [UInt8]
    package var software: String
    /// The largest body that this end accepts, in bytes.
    package var frame: Int
    /// The largest object that this end accepts, in bytes; nil for no limit.
    package var object: UInt64?
    /// Milliseconds of silence before this end sends PING; 0 for never.
    package var heartbeat: UInt64
    /// A sender's pipeline.
    package var stages: [any Stage]
    /// A sender's acknowledgement level.
    package var acknowledge: AcknowledgementLevel
    /// A receiver's window.
    package var window: Window
    /// What a sender may send, or what a receiver takes.
    package var formats = Set(ObjectFormat.standard)
    /// Why this side takes no connection just now; asked when the peer has introduced itself.
    package var objection: @Sendable () -> PouchError? = { nil }
    /// Makes a receiver's stages from what the sender announced, or says why not.
    package var accept: @Sendable ([AnnouncedStage]) throws(PouchError) -> [any Stage]

    package init(
      role: Role, id: [UInt8], software: String, frame: Int, object: UInt64?, heartbeat: UInt64,
      stages: [any Stage], acknowledge: AcknowledgementLevel, window: Window,
      accept: @escaping @Sendable ([AnnouncedStage]) throws(PouchError) -> [any Stage]
    ) {
      self.role = role
      self.id = id
      self.software = software
      self.frame = frame
      self.object = object
      self.heartbeat = heartbeat
      self.stages = stages
      self.acknowledge = acknowledge
      self.window = window
      self.accept = accept
    }
  }

  /// What drew the random numbers.
  package struct Nonces: Sendable {
    package var connection: [UInt8]
    package var session: [UInt8]
    package var grease: String

    /// Fresh ones from the system's generator.
    package static func random() -> Nonces {
      func sixteen() -> [UInt8] { (0..<16).map { _ in .random(in: .min ... .max) } }
      let grease = String(UInt64.random(in: .min ... .max), radix: 36)
      return Nonces(connection: sixteen(), session: sixteen(), grease: grease)
    }
  }

  /// What to do after a frame.
  package struct Step: Sendable {
    /// A frame to send, whole.
    package var reply: Bytes?
    /// Set when the handshake is complete.
    package var agreement: Agreement?
  }

  private enum State: Sendable {
    case expecting(FrameKind)
    case welcomed(Hello)
    case finished
  }

  /// The frame limits that a side may announce, in bytes.
  package static let frameLimits = (8 << 10)...(16 << 20)

  package let offer: Offer
  package let isInitiator: Bool
  private let nonces: Nonces
  private var state: State
  private var acceptedStages: [any Stage] = []

  package init(offer: Offer, isInitiator: Bool, nonces: Nonces) {
    self.offer = offer
    self.isInitiator = isInitiator
    self.nonces = nonces
    state = .expecting(isInitiator ? .welcome : .hello)
  }

  /// What to send before anything has come: the preface, and the initiator's HELLO.
  package func opening() -> [Bytes] {
    guard isInitiator else { return [Preface.bytes] }
    return [Preface.bytes, encode(.hello, introduction(version: 0...UInt64(Preface.minor)))]
  }

  /// Takes a frame of the handshake.
  ///
  /// - Throws: The peer's rejection, or what is wrong with the frame, which the peer is to be told.
  package mutating func receive(_ frame: Frame) throws(PouchError) -> Step {
    if frame.header.kind == .reject { throw HandshakeFrame.rejection(frame) }
    switch state {
    case .expecting(let due) where due == frame.header.kind:
      let hello = try Hello(
        reading: HandshakeFrame.open(frame), kind: due, from: offer.role.opposite)
      return due == .hello ? try welcome(hello) : try ready(hello)
    case .welcomed(let hello) where frame.header.kind == .ready:
      let ready = try Hello(
        reading: HandshakeFrame.open(frame), kind: .ready, from: offer.role.opposite)
      state = .finished
      return Step(agreement: try agree(hello, receiverSays: ready))
    default:
      throw PouchError(
        .protocolMismatch, "the peer sent \(frame.header.kind) in the middle of the handshake")
    }
  }

  // MARK: The acceptor

  private mutating func welcome(_ hello: Hello) throws(PouchError) -> Step {
    try check(hello)
    var answer = introduction(version: 0...0)
    switch offer.role {
    case .receiver:
      let stages = try accept(hello.pipeline)
      try checkFormats(hello.formats)
      answer.window = offer.window
      answer.received = 0
      acceptedStages = stages
    case .sender:
      acceptedStages = offer.stages
    }
    if let objection = offer.objection() { throw objection }
    state = .welcomed(hello)
    return Step(reply: encode(.welcome, answer))
  }

  // MARK: The initiator

  private mutating func ready(_ welcome: Hello) throws(PouchError) -> Step {
    try check(welcome)
    var answer = Hello()
    switch offer.role {
    case .receiver:
      acceptedStages = try accept(welcome.pipeline)
      try checkFormats(welcome.formats)
      answer.window = offer.window
      answer.received = 0
    case .sender:
      acceptedStages = offer.stages
    }
    if let objection = offer.objection() { throw objection }
    state = .finished
    let agreement = try agree(welcome, receiverSays: welcome)
    return Step(reply: encode(.ready, answer), agreement: agreement)
  }

  // MARK: Both

  private func introduction(version: ClosedRange<UInt64>) -> Hello {
    var hello = Hello()
    hello.version = version
    hello.role = offer.role
    hello.id = offer.id
    hello.nonce = nonces.connection
    hello.software = offer.software
    hello.frame = UInt64(Handshake.announced(frame: offer.frame))
    hello.object = offer.object ?? 0
    hello.heartbeat = offer.heartbeat
    if offer.role == .sender {
      hello.session = nonces.session
      hello.pipeline = offer.stages.map(AnnouncedStage.init)
      hello.acknowledge = offer.acknowledge
      hello.formats = offer.formats.sorted().map(\.description)
    }
    return hello
  }

  private func encode(_ kind: FrameKind, _ hello: Hello) -> Bytes {
    HandshakeFrame.encode(kind, hello.encoded(kind, grease: nonces.grease))
  }

  /// What is announced, and kept to, for a frame limit of `limit` bytes.
  package static func announced(frame limit: Int) -> Int {
    min(max(limit, frameLimits.lowerBound), frameLimits.upperBound)
  }

  private func check(_ hello: Hello) throws(PouchError) {
    let frame = hello.frame ?? 0
    guard Handshake.frameLimits.contains(Int(clamping: frame)) else {
      throw PouchError(
        .limitExceeded,
        "the peer takes frames of \(frame) bytes; from \(Handshake.frameLimits.lowerBound) to "
          + "\(Handshake.frameLimits.upperBound) are allowed")
    }
  }

  private func accept(_ announced: [AnnouncedStage]?) throws(PouchError) -> [any Stage] {
    let announced = announced ?? []
    do throws(PouchError) {
      guard announced.count <= Pipeline.mostStages else {
        throw PouchError(
          .protocolMismatch,
          "the pipeline has \(announced.count) stages; \(Pipeline.mostStages) is the most")
      }
      guard Set(announced.map(\.name)).count == announced.count else {
        throw PouchError(.protocolMismatch, "the pipeline names a stage twice")
      }
      return try offer.accept(announced)
    } catch {
      throw error.answered(by: .reject(.pipeline))
    }
  }

  /// A receiver that would refuse every object says so before the first.
  private func checkFormats(_ announced: [String]?) throws(PouchError) {
    let accepted = offer.formats.sorted().map(\.description)
    guard !(announced ?? []).contains(where: accepted.contains) else { return }
    throw PouchError(
      .protocolMismatch,
      "the sender sends none of the formats that this receiver takes, "
        + (accepted.isEmpty ? "which are none" : accepted.joined(separator: ", "))
    ).answered(by: .reject(.format))
  }

  private func agree(_ peer: Hello, receiverSays receiver: Hello) throws(PouchError) -> Agreement {
    let theirs = peer.nonce ?? []
    let nonces =
      isInitiator ? self.nonces.connection + theirs : theirs + self.nonces.connection
    var window = offer.window
    if offer.role == .sender {
      // A session does not outlive its connection here: there is nothing that came before.
      guard receiver.received ?? 0 == 0 else {
        throw PouchError(
          .badData,
          "the receiver says that it has received \(receiver.received ?? 0) objects of a new session"
        )
      }
      if let announced = receiver.window { window = window.limited(by: announced) }
    }
    return Agreement(
      role: offer.role, isInitiator: isInitiator,
      stages: acceptedStages, nonces: Bytes(nonces),
      acknowledge: offer.role == .sender ? offer.acknowledge : peer.acknowledge ?? .processed,
      peerFrame: Int(clamping: peer.frame ?? 0),
      peerObject: peer.object.flatMap { $0 == 0 ? nil : $0 }, window: window,
      ownWindow: offer.window,
      peerID: peer.id ?? [], peerSoftware: peer.software ?? "unknown software",
      session: (offer.role == .sender ? self.nonces.session : peer.session) ?? [])
  }
}
