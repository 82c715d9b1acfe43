/// A way for bytes to move.
///
/// ## Life cycle
///
/// `connect` dials and returns a stream, or throws one error that covers every address it tried.
/// `listen` binds and returns a listener whose `endpoint` says what was really bound. Each
/// accepted or connected stream first completes `handshake()`, then carries bytes until both
/// sides have called `finish()`, and is closed exactly once with `close()`.
///
/// A transport takes its deadlines from the task: it is cancelled when one has passed, and must
/// then throw and leave nothing open.
public protocol Transport: Sendable {
  associatedtype Stream: ByteStream
  associatedtype Listener: StreamListener where Listener.Stream == Stream

  /// Opens a stream to `endpoint`.
  ///
  /// - Throws: `PouchError` with code `.unreachable`, `.timedOut` or `.cancelled`.
  func connect(to endpoint: Endpoint) async throws(PouchError) -> Stream

  /// Listens at `endpoint`.
  ///
  /// - Throws: `PouchError` with code `.configuration` when the endpoint cannot be bound.
  func listen(on endpoint: Endpoint) async throws(PouchError) -> Listener
}

/// Accepts the streams of a bound endpoint.
public protocol StreamListener: Sendable {
  associatedtype Stream: ByteStream

  /// What was bound: port 0 has become the port that the system chose.
  var endpoint: Endpoint { get }

  /// Waits for the next stream. Its handshake has not begun: a slow peer holds up nobody else.
  ///
  /// - Throws: `.closed` once the listener is closed, `.cancelled` when the task is.
  func accept() async throws(PouchError) -> Stream

  /// Stops listening and removes what `listen` created. Calling it again does nothing.
  func close()
}

/// A connected, ordered, reliable stream of bytes in both directions.
///
/// At most one task reads and one task writes at a time; they may be different tasks. `close`
/// may be called from anywhere, at any time, more than once.
public protocol ByteStream: Sendable {
  /// Completes what must be agreed before bytes flow, such as the TLS handshake.
  ///
  /// - Throws: `.security` when the peer cannot be trusted, `.protocolMismatch` when it speaks
  ///   something else.
  func handshake() async throws(PouchError)

  /// Reads some bytes, at least one, onto the end of `buffer`, up to its spare room
  /// (at least 4 KiB of which the stream makes itself).
  ///
  /// - Returns: How many bytes came; 0 only at a clean end of the stream.
  /// - Throws: `.connectionLost` on a reset, `.truncated` at an end that was not announced
  ///   (TLS without close_notify), `.closed`, `.cancelled`.
  func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int

  /// Writes every byte of `segments`, in order, and returns when the kernel has them all.
  ///
  /// - Throws: `.connectionLost`, `.closed`, `.cancelled`; some bytes may have left.
  func write(_ segments: [Bytes]) async throws(PouchError)

  /// Says that no more bytes will be written (half-close; TLS: close_notify). Reading goes on.
  func finish() async throws(PouchError)

  /// Lets go of the stream at once. Waiting reads and writes throw `.closed`.
  func close()

  /// Who is at the other end; complete once `handshake()` has returned.
  var peer: PeerIdentity { get }
}

extension ByteStream {
  public func handshake() async throws(PouchError) {}
}
