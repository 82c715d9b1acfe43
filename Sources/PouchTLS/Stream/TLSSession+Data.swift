internal import COpenSSL
internal import PouchCore

extension TLSSession {
  enum ReadStep {
    case bytes(Int)
    case end
    case needsInput
    case failed(PouchError)
  }

  /// The most plaintext that is sealed for one write to the base stream.
  static let batchSize = 128 << 10
  /// The most that a peer can make this side hold for it by asking for new keys while nothing is
  /// written here.
  private static let replyLimit = 16 << 10

  /// Decrypts onto the end of `buffer` as many records as are at hand and fit.
  mutating func read(into buffer: inout ByteBuffer) -> ReadStep {
    if isClosed { return .failed(TLSSession.closedError) }
    guard phase == .established else {
      return .failed(readFailure ?? TLSSession.earlyError)
    }
    if let readFailure { return .failed(readFailure) }
    let ssl = ssl.pointer
    let channel = channel
    // No room is made for what is not there yet.
    if !isReadable { return .needsInput }
    var step = ReadStep.needsInput
    var failure: (error: Int32, errors: OpenSSLErrors)?
    let count = buffer.fill(minimum: 4096) { room in
      var filled = 0
      while filled < room.count {
        var length = 0
        ERR_clear_error()
        let result = SSL_read_ex(
          ssl, room.baseAddress.map { $0 + filled }, room.count - filled, &length)
        if result == 1 {
          filled += length
          if channel.incoming.isEmpty, SSL_pending(ssl) == 0 { break }
          continue
        }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_ZERO_RETURN: step = .end
        case let error: failure = (error, OpenSSLErrors.drain())
        }
        break
      }
      return filled
    }
    if let failure {
      step = .failed(fail(streamFailure(failure.error, failure.errors)))
    } else if let abuse = abuse() {
      step = .failed(fail(abuse))
    }
    // What came before an end or a failure is delivered first; the next call reports it.
    return count > 0 ? .bytes(count) : step
  }

  /// Whether a read has something to say: bytes, or an end that came together with the last ones.
  private var isReadable: Bool {
    !channel.incoming.isEmpty || channel.hasEnded || SSL_has_pending(ssl.pointer) == 1
      || SSL_get_shutdown(ssl.pointer) & SSL_RECEIVED_SHUTDOWN != 0
  }

  /// What a read made OpenSSL answer stays in `outgoing` until the next write. TLS 1.3 allows that
  /// of its answer to a change of keys; TLS 1.2 has no answer but the refusal to negotiate again.
  private func abuse() -> PouchError? {
    if channel.outgoing.isEmpty { return nil }
    if SSL_version(ssl.pointer) < TLS1_3_VERSION {
      return PouchError(.security, "the peer asks to negotiate again, which is refused")
    }
    guard channel.outgoing.count > TLSSession.replyLimit else { return nil }
    return PouchError(.security, "the peer asks for new keys again and again")
  }

  /// Encrypts the next batch of `cursor`.
  ///
  /// - Returns: The ciphertext, to be sent before anything else is sealed. `sent` must follow.
  mutating func seal(_ cursor: inout PlaintextCursor) throws(PouchError) -> Bytes? {
    try checkWritable()
    var budget = cursor.remaining(upTo: TLSSession.batchSize)
    if rekeying.isDue(beforeBytes: budget, now: .now), SSL_version(ssl.pointer) == TLS1_3_VERSION {
      ERR_clear_error()
      let kind = rekeying.asksPeer ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED
      guard SSL_key_update(ssl.pointer, kind) == 1 else {
        throw .openSSL("change the key")
      }
    }
    let records = budget / PlaintextCursor.recordSize + 2
    makeRoom(budget + records * TLSSession.recordOverhead)
    while budget > 0, !cursor.isAtEnd {
      let run = cursor.next(limit: max(budget, PlaintextCursor.recordSize))
      try write(run)
      budget -= run.count
    }
    return takeOutgoing()
  }

  /// Makes room for a batch, and lets go of much more than that once several batches in a row have
  /// not needed it: a connection that has fallen idle holds little.
  private mutating func makeRoom(_ length: Int) {
    let isOversized = channel.outgoing.spare > max(4 * length, 32 << 10)
    oversizedBatches = isOversized ? oversizedBatches + 1 : 0
    if oversizedBatches == 8, channel.outgoing.isEmpty {
      channel.outgoing = ByteBuffer()
      oversizedBatches = 0
    }
    channel.outgoing.reserve(length)
  }

  /// Header, content type and tag of a TLS 1.3 record; more than TLS 1.2 adds with the same ciphers.
  private static let recordOverhead = 32

  private mutating func write(_ run: Bytes) throws(PouchError) {
    let ssl = ssl.pointer
    let failure: (error: Int32, errors: OpenSSLErrors)? = run.withUnsafeBytes { run in
      var written = 0
      while written < run.count {
        var length = 0
        ERR_clear_error()
        let result = SSL_write_ex(
          ssl, run.baseAddress.map { $0 + written }, run.count - written, &length)
        guard result == 1 else { return (SSL_get_error(ssl, result), OpenSSLErrors.drain()) }
        written += length
      }
      return nil
    }
    if let failure { throw fail(streamFailure(failure.error, failure.errors)) }
  }

  /// Says that no more is written.
  ///
  /// - Returns: The close_notify, to be sent; nil when there is nothing to send.
  mutating func finish() throws(PouchError) -> Bytes? {
    try checkWritable()
    isFinished = true
    ERR_clear_error()
    let result = SSL_shutdown(ssl.pointer)
    guard result >= 0 else {
      throw fail(streamFailure(SSL_get_error(ssl.pointer, result), OpenSSLErrors.drain()))
    }
    return takeOutgoing()
  }

  private func checkWritable() throws(PouchError) {
    if isClosed { throw TLSSession.closedError }
    guard phase == .established else { throw writeFailure ?? TLSSession.earlyError }
    if let writeFailure { throw writeFailure }
    if isFinished { throw PouchError(.closed, "the stream is finished: no more can be written") }
  }

  private static let earlyError = PouchError(.usage, "the handshake comes before data")
}
