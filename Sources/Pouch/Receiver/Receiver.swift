public import PouchCore
import Synchronization

/// Receives objects: listens, or dials out to senders, or both.
///
/// ```swift
/// let receiver = Receiver(on: try Endpoint("tls://0.0.0.0:7447"), options: options)
/// try await receiver.run { delivery in
///   print(delivery.payload.count, "bytes from", delivery.peer)
/// }
/// ```
///
/// The handler runs on the connection's own loop, one object of a connection at a time and in
/// order. A handler that takes long stops the reading of its connection, and so its sender. What
/// it throws reaches the sender as a refusal of that object; the next one is served.
public final class Receiver: Sendable {
  private let listening: [Endpoint]
  private let dialling: [Endpoint]
  private let options: ReceiverOptions
  let server: Server
  private let bound = Mutex<[Endpoint]?>(nil)
  private let life = ServingLife("receiver")
  private let books = Mutex(ReceptionBooks())

  /// - Parameters:
  ///   - listening: Where senders come to.
  ///   - dialling: Senders that listen, to be connected to.
  ///   - options: How to behave.
  public init(
    listening: [Endpoint] = [], dialling: [Endpoint] = [],
    options: ReceiverOptions = ReceiverOptions()
  ) {
    self.listening = listening
    self.dialling = dialling
    self.options = options
    server = Server(
      framing: options.framing, limits: options.limits, timeouts: options.timeouts,
      transports: options.transports, tls: options.tls, onEvent: options.onEvent)
  }

  /// A receiver that listens at one endpoint.
  public convenience init(on endpoint: Endpoint, options: ReceiverOptions = ReceiverOptions()) {
    self.init(listening: [endpoint], options: options)
  }

  /// The books, over all connections so far.
  public var summary: ReceiverSummary { books.withLock { $0.summary } }

  /// Binds the listening endpoints; `run` does it otherwise.
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

  /// Receives objects whole, each up to `limits.object` bytes.
  ///
  /// Returns when `stop` was called and everything has ended, or when every sender that was dialled
  /// has closed and nothing listens.
  ///
  /// - Throws: When an endpoint cannot be bound or dialled, or a dialled connection breaks;
  ///   `.objectsFailed` at the end when objects did not come whole, unless
  ///   `ReceiverOptions.failsIfIncomplete` is false; `.usage` while another run goes on, and
  ///   `.closed` when it was stopped or cancelled before.
  public func run(
    _ handler: @escaping @Sendable (Delivery) async throws -> Void
  ) async throws(PouchError) {
    try await run(sink: .whole(handler), streams: false)
  }

  /// Receives objects whole with a handler that never waits, which saves the cost of a call that
  /// may: several times as many small objects a second. The compiler chooses this form for a
  /// closure without `await`.
  ///
  /// - Throws: As the form whose handler may wait.
  public func run(
    _ handler: @escaping @Sendable (Delivery) throws -> Void
  ) async throws(PouchError) {
    try await run(sink: .immediate(handler), streams: false)
  }

  /// Receives objects whole, all that came in one frame at a time: the fastest form, and the one
  /// for a sink that likes many at once, such as a database.
  ///
  /// When the handler returns, every object of the batch counts as processed; what it throws
  /// refuses every one.
  ///
  /// - Throws: As `run`.
  public func runBatches(
    _ handler: @escaping @Sendable (DeliveryBatch) async throws -> Void
  ) async throws(PouchError) {
    try await run(sink: .batches(handler), streams: false)
  }

  /// Receives objects of any size as they come, in constant memory.
  ///
  /// Small objects are handled one after the other; the handlers of large ones run beside them.
  ///
  /// - Throws: As `run`.
  public func runStreamed(
    _ handler: @escaping @Sendable (StreamedDelivery) async throws -> Void
  ) async throws(PouchError) {
    try await run(sink: .streamed(handler), streams: true)
  }

  /// Takes no more objects: those that have begun are received, handled and acknowledged within
  /// `timeouts.drain`, and every connection ends in good order. `run` then returns. May be called
  /// from a handler.
  public func stop() {
    life.stop()
    server.stop(code: "shutdown")
  }

  private func run(sink: Sink, streams: Bool) async throws(PouchError) {
    try options.checkFraming()
    try life.begin()
    defer { life.end() }
    try await bind()
    // Whoever stopped it before it was bound closed no listener.
    if life.isStopping { server.stop(code: "shutdown") }
    let options = options
    var offer = Handshake.Offer(
      role: .receiver, id: Identity.process, software: "pouch/\(PouchVersion.text)",
      frame: options.limits.frame,
      object: options.limits.largestObject(streams: streams),
      heartbeat: UInt64(options.timeouts.heartbeat / .milliseconds(1)), stages: [],
      acknowledge: .processed, window: options.window,
      accept: { announced throws(PouchError) in try options.accept(announced) })
    offer.formats = options.formats
    var role = Server.Role(
      offer: offer, sink: sink, streams: streams, policy: options.receptionPolicy)
    role.onEstablished = { connection in self.books.withLock { $0.add(connection) } }
    role.onEnded = { connection in self.books.withLock { $0.remove(connection) } }
    let serving = role
    let server = server
    let failure = await withTaskGroup(of: PouchError?.self) { group in
      group.addTask {
        await server.serve(serving)
        return nil
      }
      for endpoint in dialling {
        group.addTask { await Receiver.take(from: endpoint, server, serving) }
      }
      return await group.reduce(nil) { $0 ?? $1 }
    }
    if Task.isCancelled {
      life.stop()
      throw PouchError(.cancelled, "the receiver was cancelled")
    }
    let broken = life.isStopping ? nil : failure
    let error = options.failsIfIncomplete ? books.withLock { $0.error(after: broken) } : broken
    if let error { throw error }
  }

  private static func take(
    from endpoint: Endpoint, _ server: Server, _ role: Server.Role
  ) async -> PouchError? {
    do throws(PouchError) {
      let (connection, arrived) = try await server.dial(endpoint, role)
      let outcome = await withTaskExecutorPreference(connection.stream.preferredExecutor) {
        await server.run(connection, arrived, role)
      }
      try outcome.get()
      return nil
    } catch {
      return error
    }
  }
}
