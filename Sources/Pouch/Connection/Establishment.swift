import PouchCore

/// The first exchange on a fresh stream: the transport's handshake, the prefaces, the hello.
struct Establishment: Sendable {
  /// What came of it.
  struct Outcome: Sendable {
    var agreement: Agreement
    /// Bytes that came behind the handshake.
    var arrived: Bytes
  }

  let stream: any ByteStream
  let endpoint: Endpoint
  let offer: Handshake.Offer
  let isInitiator: Bool
  let timeouts: Timeouts
  /// Called when the transport's handshake is complete.
  var onHandshake: @Sendable (PeerIdentity) -> Void = { _ in }
  /// Called with each stage that a peer has come to which has connected to this side.
  var onStage: @Sendable (HandshakeStage) -> Void = { _ in }

  /// Completes the exchange, each part within its deadline.
  ///
  /// - Throws: Why the two do not understand each other; the peer has been told where that is
  ///   possible. The stream is left open.
  func run() async throws(PouchError) -> Outcome {
    try await secure()
    let handshake = Handshake(offer: offer, isInitiator: isInitiator, nonces: .random())
    do throws(PouchError) {
      // One who has connected and says nothing costs one deadline at a time.
      let arrived = try await hearOut(handshake)
      return try await withDeadline(timeouts.hello, "the hello") { () async throws(PouchError) in
        try await exchange(handshake, arrived)
      }
    } catch {
      throw named(error)
    }
  }

  /// Writes this side's preface to a peer that has connected without TLS, and waits for its first
  /// bytes.
  ///
  /// - Returns: Those bytes, or none at the end of the stream; nil for any other peer.
  private func hearOut(_ handshake: Handshake) async throws(PouchError) -> Bytes? {
    if isInitiator || stream is any StagedStream { return nil }
    let (stream, opening) = (stream, handshake.opening())
    do throws(PouchError) {
      return try await firstBytes { () async throws(PouchError) in
        try await Establishment.open(stream, opening)
        var buffer = ByteBuffer()
        _ = try await stream.read(into: &buffer)
        return buffer.freeze()
      }
    } catch {
      throw wordless(error)
    }
  }

  private static func open(
    _ stream: any ByteStream, _ opening: [Bytes]
  ) async throws(PouchError) {
    do throws(PouchError) {
      try await stream.write(opening)
    } catch  where error.code == .connectionLost {
      // The peer hung up; what it said first is worth more than the broken pipe.
    }
  }

  /// What the loss of the connection means before the peer's preface was there.
  private func wordless(_ error: PouchError) -> PouchError {
    guard error.namingLoss.code == .connectionLost else { return error }
    // Nothing says that it is one of Pouch's, however the system calls this end.
    return PouchError(
      .protocolMismatch, "the peer ended the connection without a word of Pouch's protocol",
      hint: "is it a Pouch \(offer.role.opposite), and does it use the same transport and "
        + "framing?",
      cause: error.cause)
  }

  private func named(_ error: PouchError) -> PouchError {
    error.namingLoss.at(endpoint: endpoint, peer: stream.peer.description)
  }

  /// Completes the transport's handshake alone, which is all that a framing without a hello has.
  func secure() async throws(PouchError) {
    do throws(PouchError) {
      let stream = stream
      if !isInitiator, let staged = stream as? any StagedStream {
        try await secure(staged)
      } else {
        try await withDeadline(timeouts.tlsHandshake, "the TLS handshake") {
          () async throws(PouchError) in
          try await stream.handshake()
        }
      }
      onHandshake(stream.peer)
    } catch {
      throw named(error)
    }
  }

  /// Completes the handshake of a peer that has connected, which says how far it comes.
  private func secure(_ stream: any StagedStream) async throws(PouchError) {
    let onStage = onStage
    do throws(PouchError) {
      let hasSpoken = try await firstBytes { () async throws(PouchError) in
        try await stream.awaitFirstBytes()
      }
      if hasSpoken { onStage(.spoken) }
      try await withDeadline(timeouts.tlsHandshake, "the TLS handshake") {
        () async throws(PouchError) in
        try await stream.handshake { onStage(.answered) }
      }
      onStage(.secured)
    } catch {
      // There may be an alert for the peer to read.
      if [.security, .protocolMismatch].contains(error.code) { await dismiss(stream.carrier) }
      throw error
    }
  }

  private func firstBytes<R: Sendable>(
    _ read: @escaping @Sendable () async throws(PouchError) -> R
  ) async throws(PouchError) -> R {
    try await withDeadline(timeouts.opening, "waiting for the peer's first byte", read)
  }

  /// Ends a stream whose peer was refused, so that it can read all that was written.
  func dismiss(_ stream: any ByteStream) async {
    if !isInitiator { onStage(.leaving) }
    try? await withDeadline(timeouts.close, "closing") { () async throws(PouchError) in
      try await stream.finish()
    }
    await linger(stream, timeouts.close)
  }

  /// - Parameter arrived: What has come already; nil when this side has not written its opening.
  private func exchange(
    _ handshake: Handshake, _ arrived: Bytes?
  ) async throws(PouchError) -> Outcome {
    var handshake = handshake
    var buffer = ByteBuffer()
    if let arrived {
      buffer.append(arrived)
    } else {
      try await Establishment.open(stream, handshake.opening())
    }
    do throws(PouchError) {
      try await readPreface(&buffer)
    } catch  where error.code == .protocolMismatch && !isInitiator {
      // It is closed without a word; but it has a preface to read.
      await dismiss(stream)
      throw error
    } catch {
      throw wordless(error)
    }
    do throws(PouchError) {
      return try await converse(&handshake, &buffer)
    } catch {
      if error.code != .cancelled {
        if !isInitiator { onStage(.leaving) }
        await Establishment.tell(error, over: stream, within: timeouts.close)
      }
      throw [.badData, .limitExceeded].contains(error.code) ? error.answered : error
    }
  }

  /// Tells the peer about `error` where there is something to tell, and lets it read that.
  static func tell(
    _ error: PouchError, over stream: any ByteStream, within limit: Duration
  ) async {
    guard let rejection = HandshakeFrame.rejection(for: error) else { return }
    try? await withDeadline(limit, "saying why") { () async throws(PouchError) in
      try await stream.write([rejection])
      try await stream.finish()
    }
    await linger(stream, limit)
  }

  private func converse(
    _ handshake: inout Handshake, _ buffer: inout ByteBuffer
  ) async throws(PouchError) -> Outcome {
    var decoder = FrameDecoder(limit: HandshakeFrame.limit)
    while true {
      while let frame = try decoder.next(&buffer) {
        let step = try handshake.receive(frame)
        if let reply = step.reply { try await stream.write([reply]) }
        if let agreement = step.agreement {
          // No bytes, and not a slice without any: that would keep the memory.
          let arrived = buffer.isEmpty ? Bytes() : buffer.take(buffer.count)
          return Outcome(agreement: agreement, arrived: arrived)
        }
      }
      try await readMore(&buffer)
    }
  }

  private func readPreface(_ buffer: inout ByteBuffer) async throws(PouchError) {
    if buffer.isEmpty { try await readMore(&buffer) }
    while try !Preface.read(&buffer) {
      onStage(.spoken)
      try await readMore(&buffer)
    }
    onStage(.spoken)
  }

  private func readMore(_ buffer: inout ByteBuffer) async throws(PouchError) {
    guard try await stream.read(into: &buffer) > 0 else {
      throw PouchError(
        .connectionLost, "the peer ended the connection before the handshake was complete",
        hint: "try again, and read the peer's log"
      ).answered(by: .silence)
    }
  }
}
