internal import COpenSSL
internal import PouchCore

/// One TLS connection without its I/O: plaintext on one side, buffers of ciphertext on the other.
///
/// Every call into OpenSSL is made here, under the lock of the stream that owns the session:
/// clear this thread's error queue, call, ask for the error, all without an `await` between.
struct TLSSession: ~Copyable {
  enum Phase { case fresh, handshaking, established }

  let ssl: Owned<SSLObject>
  let channel: CiphertextChannel
  let checks: PeerChecks
  let role: TLSRole
  /// The name that a client demands.
  let expected: ExpectedName?

  var phase = Phase.fresh
  var peer: PeerIdentity
  /// What ended reading. Repeated by every later read.
  var readFailure: PouchError?
  /// What ended writing.
  var writeFailure: PouchError?
  /// A write to the base stream is under way; nobody else may start one.
  var isSending = false
  /// Something has come from the peer.
  var hasInput = false
  var isFinished = false
  var isClosed = false
  var rekeying: Rekeying
  /// How many batches in a row have used little of the memory that is kept for them.
  var oversizedBatches = 0

  init(
    context: TLSContext, serverName: String?, peer: PeerIdentity, rekeying: Rekeying
  ) throws(PouchError) {
    let expected =
      context.role == .client
      ? try ExpectedName(context.settings.serverName ?? serverName ?? "") : nil
    let channel = CiphertextChannel()
    let checks = PeerChecks(
      expectedURI: expected?.uri, allowed: context.allowedNames,
      applicationProtocol: context.settings.applicationProtocol,
      refusesOlderVersions: context.settings.policy.olderSuites == nil)
    ERR_clear_error()
    let ssl = try Owned<SSLObject>(SSL_new(context.pointer), "make a session")
    // Unretained: the session owns both, and the checks are asked during its calls alone.
    guard
      pouch_ssl_set_app_data(ssl.pointer, Unmanaged.passUnretained(checks).toOpaque()) == 1
    else { throw .openSSL("make a session") }
    let bio = try channel.makeBIO()
    SSL_set_bio(ssl.pointer, bio, bio)
    if let expected {
      try expected.demand(of: ssl.pointer)
      SSL_set_connect_state(ssl.pointer)
    } else {
      SSL_set_accept_state(ssl.pointer)
    }
    self.ssl = ssl
    self.channel = channel
    self.checks = checks
    self.expected = expected
    role = context.role
    self.peer = peer
    self.rekeying = rekeying
  }

  // MARK: Ciphertext

  /// Takes what is to be sent, unless it is being sent already. `sent` must follow.
  mutating func takeOutgoing() -> Bytes? {
    guard !isSending, !channel.outgoing.isEmpty else { return nil }
    isSending = true
    return channel.outgoing.take(channel.outgoing.count)
  }

  /// Notes that what was taken has left, and takes what came up meanwhile.
  mutating func sent() -> Bytes? {
    isSending = false
    if channel.outgoing.isEmpty { channel.outgoing.removeAll() }
    return takeOutgoing()
  }

  /// Notes that what was taken has not left, or not whole: the records after it make no sense.
  mutating func sent(failing error: PouchError) {
    isSending = false
    channel.outgoing = ByteBuffer()
    if writeFailure == nil { writeFailure = error }
  }

  /// Lets go of buffers that hold nothing.
  mutating func trim() {
    if channel.incoming.isEmpty { channel.incoming = ByteBuffer() }
    if channel.outgoing.isEmpty, !isSending { channel.outgoing = ByteBuffer() }
  }

  /// Moves the buffer for ciphertext, which is empty whenever more is needed, into `buffer`. How
  /// much room a read needs is for the base stream to know.
  mutating func lendIncoming(_ buffer: inout ByteBuffer) {
    swap(&channel.incoming, &buffer)
    assert(buffer.isEmpty, "OpenSSL asks for more only when it has taken everything")
    buffer.removeAll()
  }

  /// Takes the buffer back with `count` bytes that came; 0 is the end of the base stream.
  mutating func returnIncoming(_ buffer: inout ByteBuffer, count: Int) {
    if count == 0 { channel.hasEnded = true }
    swap(&channel.incoming, &buffer)
  }
}
