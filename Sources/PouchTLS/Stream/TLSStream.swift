public import PouchCore
internal import Synchronization

/// TLS over any byte stream.
///
/// One task may read while another writes. A read never sends: what it makes OpenSSL answer, such
/// as a change of keys that the peer asks for, leaves with the next write (RFC 8446, 4.6.3), so
/// that reading goes on while the peer does not read. The exception is the alert of a read that
/// fails, which nothing can follow.
public final class TLSStream<Base: ByteStream>: ByteStream, StagedStream, PeekableStream {
  private let base: Base
  /// Guards every call into OpenSSL for this stream; never held while bytes move.
  private let session: Mutex<TLSSession>

  /// Makes a stream whose `handshake()` has not begun.
  ///
  /// - Parameters:
  ///   - base: What carries the ciphertext. It belongs to this stream from now on.
  ///   - context: This side's certificates and policy.
  ///   - serverName: For a client, the name or address that the server's certificate must have;
  ///     the context's `serverName` goes before it. Ignored for a server.
  /// - Throws: `.configuration` when a client has no name to check, or one that cannot be checked.
  public convenience init(
    wrapping base: Base, context: TLSContext, serverName: String? = nil
  ) throws(PouchError) {
    try self.init(
      wrapping: base, context: context, serverName: serverName, rekeying: Rekeying())
  }

  init(
    wrapping base: Base, context: TLSContext, serverName: String?, rekeying: Rekeying
  ) throws(PouchError) {
    self.base = base
    session = Mutex(
      try TLSSession(
        context: context, serverName: serverName, peer: base.peer, rekeying: rekeying))
  }

  public var peer: PeerIdentity { session.withLock { $0.peer } }

  public var preferredExecutor: (any TaskExecutor)? { base.preferredExecutor }

  // MARK: Handshake

  package var carrier: any ByteStream { base }

  package var hasBytesWaiting: Bool { (base as? any PeekableStream)?.hasBytesWaiting ?? false }

  package func awaitFirstBytes() async throws(PouchError) -> Bool {
    try await prepare()
    try await receive()
    return session.withLock { !$0.channel.hasEnded }
  }

  public func handshake() async throws(PouchError) {
    try await handshake(onAnswer: {})
  }

  private func prepare() async throws(PouchError) {
    try await base.handshake()
    let basePeer = base.peer
    session.withLock { $0.peer = basePeer }
  }

  package func handshake(onAnswer: @Sendable () -> Void) async throws(PouchError) {
    try await prepare()
    while true {
      let (step, flight) = session.withLock { session in
        let step = session.advance()
        return (step, session.takeOutgoing())
      }
      switch step {
      case .established:
        try await send(flight)
        return
      case .needsInput:
        let answers = flight != nil
        do {
          try await send(flight)
        } catch {
          throw await reasonFromPeer(for: error)
        }
        if answers { onAnswer() }
        try await receive()
      case .failed(let error):
        // The alert tells the peer why; that it may not arrive changes nothing here.
        try? await send(flight)
        throw error
      }
    }
  }

  /// A peer that refuses says so before it closes: the alert explains a write that failed.
  private func reasonFromPeer(for error: PouchError) async -> PouchError {
    guard error.code == .connectionLost else { return error }
    do {
      try await receive()
    } catch let second {
      return second.code == .protocolMismatch ? second : error
    }
    if case .failed(let reason) = session.withLock({ $0.advance() }) { return reason }
    return error
  }

  // MARK: Data

  public func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
    while true {
      switch session.withLock({ $0.read(into: &buffer) }) {
      case .bytes(let count): return count
      case .end: return 0
      case .needsInput: try await receive()
      case .failed(let error):
        try? await send(session.withLock { $0.takeOutgoing() })
        throw error
      }
    }
  }

  public func write(_ segments: [Bytes]) async throws(PouchError) {
    var cursor = PlaintextCursor(segments)
    while !cursor.isAtEnd {
      let ciphertext: Bytes?
      do {
        ciphertext = try session.withLock { session throws(PouchError) in
          try session.seal(&cursor)
        }
      } catch {
        try? await send(session.withLock { $0.takeOutgoing() })
        throw error
      }
      try await send(ciphertext)
    }
  }

  public func finish() async throws(PouchError) {
    let isFinished = session.withLock { $0.isFinished && !$0.isClosed }
    if isFinished { return }
    try await send(session.withLock { session throws(PouchError) in try session.finish() })
    try await base.finish()
  }

  public func close() {
    session.withLock { $0.isClosed = true }
    base.close()
  }

  public func trim() {
    session.withLock { $0.trim() }
    base.trim()
  }

  // MARK: Ciphertext

  /// Reads ciphertext from the base stream. Called by whoever reads, so never twice at once.
  private func receive() async throws(PouchError) {
    var buffer = ByteBuffer()
    session.withLock { $0.lendIncoming(&buffer) }
    let count = try await base.read(into: &buffer)
    let foreign = session.withLock { session in
      session.returnIncoming(&buffer, count: count)
      return session.inspectFirstBytes()
    }
    guard let foreign else { return }
    try? await send(session.withLock { $0.takeOutgoing() })
    throw foreign
  }

  /// Sends `ciphertext`, and what came up meanwhile.
  private func send(_ ciphertext: consuming Bytes?) async throws(PouchError) {
    var next = ciphertext
    while let batch = next.take() {
      do {
        try await transmit(batch)
      } catch {
        session.withLock { $0.sent(failing: error) }
        throw error
      }
      next = session.withLock { $0.sent() }
    }
  }

  /// In a call of its own, so that the memory of `ciphertext` is free again when it returns.
  private func transmit(_ ciphertext: consuming Bytes) async throws(PouchError) {
    try await base.write([ciphertext])
  }
}
