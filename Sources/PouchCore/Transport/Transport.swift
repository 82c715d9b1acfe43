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

  /// Each address that was bound, such as `127.0.0.1:7447`, where the endpoint names a host; empty
  /// where the endpoint says it itself.
  var addresses: [String] { get }

  /// Waits for the next stream. Its handshake has not begun: a slow peer holds up nobody else.
  ///
  /// - Throws: `.closed` once the listener is closed, `.cancelled` when the task is.
  func accept() async throws(PouchError) -> Stream

  /// Stops listening and removes what `listen` created. Calling it again does nothing.
  func close()
}

extension StreamListener {
  public var addresses: [String] { [] }
}

/// A connected, ordered, reliable stream of bytes in both directions.
///
/// At most one task reads and one task writes at a time; they may be different tasks. `close`
/// may be called from anywhere, at any time, more than once; a stream that is dropped is closed.
///
/// Cancellation ends a wait, not a call: a read or write that need not wait completes even in a
/// cancelled task, so that a task on its way out can still say goodbye.
public protocol ByteStream: Sendable {
  /// Completes what must be agreed before bytes flow, such as the TLS handshake.
  ///
  /// - Throws: `.security` when the peer cannot be trusted, `.protocolMismatch` when it speaks
  ///   something else.
  func handshake() async throws(PouchError)

  /// Reads some bytes, at least one, onto the end of `buffer`.
  ///
  /// The stream makes room itself, at least 4 KiB; a caller that expects much reserves much, and
  /// no more is read than the buffer has room for.
  ///
  /// - Returns: How many bytes came; 0 only at a clean end of the stream, and from then on.
  /// - Throws: `.connectionLost` on a reset, `.truncated` at an end that was not announced
  ///   (TLS without close_notify), `.closed`, `.cancelled`. A cancelled read has taken no bytes.
  func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int

  /// Writes every byte of `segments`, in order, and returns when the kernel has them all.
  ///
  /// Waits while the peer does not read and the buffers between are full. Empty segments are
  /// allowed.
  ///
  /// - Throws: `.connectionLost` when the peer is gone, `.closed` after `finish()` or `close()`,
  ///   `.cancelled`. Some bytes may have left, so that the stream is good for nothing but
  ///   `close()`.
  func write(_ segments: [Bytes]) async throws(PouchError)

  /// Says that no more bytes will be written (half-close; TLS: close_notify). Reading goes on.
  /// Calling it again does nothing.
  ///
  /// - Throws: `.connectionLost`, `.closed`; for TLS also what `write` throws.
  func finish() async throws(PouchError)

  /// Lets go of the stream at once; what the peer sent and nobody read is dropped. Waiting reads
  /// and writes throw `.closed`.
  ///
  /// Without `finish()` before it, the peer may see a clean end or `.connectionLost`, as the
  /// transport has it: a clean end that matters is announced inside the stream.
  func close()

  /// Lets go of memory that nothing uses at the moment: the stream is about to fall silent, as far
  /// as its owner knows. A stream that wraps another forwards it.
  func trim()

  /// Who is at the other end; complete once `handshake()` has returned.
  var peer: PeerIdentity { get }

  /// Where the stream's I/O is done: a task that prefers this executor reads and writes without
  /// changing threads. None when it makes no difference. A stream that wraps another forwards it.
  var preferredExecutor: (any TaskExecutor)? { get }
}

extension ByteStream {
  public func handshake() async throws(PouchError) {}
  public func trim() {}
  public var preferredExecutor: (any TaskExecutor)? { nil }
}
