public import PouchCore
import Synchronization

/// Sends to every receiver that connects: each gets a sender of its own.
///
/// ```swift
/// let broadcaster = Broadcaster(on: try Endpoint("tls://0.0.0.0:7447"), options: options)
/// try await broadcaster.run { sender in
///   try await sender.send(Forecast(hours: 24))
/// }
/// ```
///
/// What one receiver does, or fails to do, touches no other: one that does not read holds up its
/// own sender alone, and one that breaks ends with its own connection, which `onEvent` tells.
public final class Broadcaster: Sendable {
  private let listening: [Endpoint]
  private let options: SenderOptions
  private let server: Server
  private let bound = Mutex<[Endpoint]?>(nil)
  private let life = ServingLife("broadcaster")
  /// Holds the connections, and the books of those that have ended.
  private let books: Sender

  /// - Parameters:
  ///   - listening: Where receivers come to.
  ///   - options: How to behave.
  public init(listening: [Endpoint], options: SenderOptions = SenderOptions()) {
    self.listening = listening
    self.options = options
    server = options.makeServer()
    books = Sender(only: nil, failsIfIncomplete: options.failsIfIncomplete)
  }

  /// A broadcaster at one endpoint.
  public convenience init(on endpoint: Endpoint, options: SenderOptions = SenderOptions()) {
    self.init(listening: [endpoint], options: options)
  }

  /// The connections that are open now.
  public var connections: [ConnectionInfo] { books.connections }

  /// The books, over all receivers so far.
  public var summary: SenderSummary { books.summary }

  /// Binds the endpoints; `run` does it otherwise.
  ///
  /// - Returns: What was bound, in order: port 0 has become a real port.
  /// - Throws: `.configuration` when one cannot be bound; none is then.
  @discardableResult
  public func bind() async throws(PouchError) -> [Endpoint] {
    if let known = bound.withLock({ $0 }) { return known }
    let endpoints = try await server.bind(listening)
    bound.withLock { $0 = endpoints }
    return endpoints
  }

  /// Runs `body` for each receiver that connects, until `stop` is called or the task is cancelled.
  ///
  /// Behind `body` the connection ends in good order; with the framing `length10` it stays open
  /// until the receiver leaves or `stop` is called, because the tutorial's client takes the end of
  /// the stream for a fault. When `body` throws, its connection ends with that error. `body` runs
  /// on the connection's own loop, and is cancelled when the receiver has gone.
  ///
  /// - Parameter body: Sends to one receiver.
  /// - Throws: `.configuration` when an endpoint cannot be bound or the framing does not go with
  ///   the pipeline; `.cancelled`; `.objectsFailed` at the end when objects were not delivered to a
  ///   receiver, or were refused and no receipt has said so, unless
  ///   `SenderOptions.failsIfIncomplete` is false; `.usage` while another run goes on, and
  ///   `.closed` when it was stopped or cancelled before.
  public func run(
    _ body: @escaping @Sendable (Sender) async throws -> Void
  ) async throws(PouchError) {
    try options.checkFraming()
    try life.begin()
    defer { life.end() }
    try await bind()
    // Whoever stopped it before it was bound closed no listener.
    if life.isStopping { stop() }
    var role = Server.Role(offer: options.makeOffer(), sink: .none)
    let (books, drain) = (books, options.timeouts.drain)
    role.onEstablished = { books.add($0) }
    role.onEnded = { books.remove($0) }
    let fails = options.failsIfIncomplete
    role.beside = { await serve($0, drain, fails, body) }
    await server.serve(role)
    if Task.isCancelled {
      life.stop()
      throw PouchError(.cancelled, "the broadcaster was cancelled")
    }
    if let error = books.endError() { throw error }
  }

  /// Takes no more receivers and no more objects: what was accepted still goes out, and every
  /// connection ends in good order. `run` then returns. A `body` that goes on sending gets
  /// `.closed`.
  public func stop() {
    life.stop()
    server.stop(code: "shutdown")
  }
}

/// Sends to every receiver that connects, until the task is cancelled: `Broadcaster.run` for those
/// that need no handle.
///
/// - Parameters:
///   - endpoints: Where receivers come to.
///   - options: How to behave; `onEvent` tells the endpoints that were bound.
///   - body: Sends to one receiver.
/// - Throws: As `Broadcaster.run`.
public func withEachReceiver(
  listeningOn endpoints: [Endpoint], options: SenderOptions = SenderOptions(),
  _ body: @escaping @Sendable (Sender) async throws -> Void
) async throws(PouchError) {
  try await Broadcaster(listening: endpoints, options: options).run(body)
}

/// Runs `body` for one receiver, and ends its connection as that went.
private func serve(
  _ connection: any PeerConnection, _ drain: Duration, _ failsIfIncomplete: Bool,
  _ body: @Sendable (Sender) async throws -> Void
) async {
  let sender = Sender(only: connection, failsIfIncomplete: failsIfIncomplete)
  do {
    try await body(sender)
    if connection.info.framing == .pouch { connection.beginClosing(code: "done") }
  } catch {
    // What was accepted still goes out, unless the receiver has gone.
    if !Task.isCancelled {
      try? await withDeadline(drain, "closing the connection") { () async throws(PouchError) in
        try await sender.close()
      }
    }
    connection.abort(
      error as? PouchError
        ?? PouchError(
          .closed, "the sender gave the receiver up", cause: "\(type(of: error))"))
  }
}
