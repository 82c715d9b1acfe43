import PouchCore
import PouchTLS
import Synchronization

/// What a sender and a receiver have in common: they listen, they dial, they complete handshakes,
/// and they run connections until these have ended.
final class Server: Sendable {
  /// What the server does for its owner.
  struct Role: Sendable {
    var offer: Handshake.Offer
    var sink: Sink
    /// Whether objects are handed over as streams.
    var streams = false
    /// What of the objects that come is admitted.
    var policy = ReceptionPolicy()
    /// Called when a connection is established, before it runs.
    var onEstablished: @Sendable (any PeerConnection) -> Void = { _ in }
    /// Runs beside each connection, and is cancelled when that has ended.
    var beside: (@Sendable (any PeerConnection) async -> Void)?
    /// Called when a connection has ended.
    var onEnded: @Sendable (any PeerConnection) -> Void = { _ in }
  }

  let framing: Framing
  let limits: Limits
  let timeouts: Timeouts
  let transports: Transports
  let tls: TLSSettings?
  let table: ConnectionTable
  private let onEvent: (@Sendable (ConnectionEvent) -> Void)?
  private let listeners = Mutex<[any StreamListener]>([])

  init(
    framing: Framing, limits: Limits, timeouts: Timeouts, transports: Transports, tls: TLSSettings?,
    onEvent: (@Sendable (ConnectionEvent) -> Void)?
  ) {
    self.framing = framing
    self.limits = limits
    self.timeouts = timeouts
    self.transports = transports
    var tls = tls
    if framing == .length10 { tls?.applicationProtocol = .length10 }
    self.tls = tls
    self.onEvent = onEvent
    table = ConnectionTable(limits: limits)
  }

  // MARK: Listening

  /// Binds every endpoint, or none.
  ///
  /// - Returns: What was bound, in order.
  func bind(_ endpoints: [Endpoint]) async throws(PouchError) -> [Endpoint] {
    var bound: [any StreamListener] = []
    for endpoint in endpoints {
      do throws(PouchError) {
        let transport = try transports.transport(
          for: endpoint, tls: tls, connectTimeout: timeouts.connect)
        bound.append(try await Server.listen(transport, endpoint))
      } catch {
        for listener in bound { listener.close() }
        throw error.at(endpoint: endpoint)
      }
    }
    let listening = bound
    listeners.withLock { $0 += listening }
    for listener in bound {
      watchShortages(of: listener)
      onEvent?(.listening(listener.endpoint))
      for address in listener.addresses {
        onEvent?(.bound(listener.endpoint, address: address))
      }
      warn(of: listener.endpoint)
    }
    return bound.map(\.endpoint)
  }

  private func watchShortages(of listener: any StreamListener) {
    guard let reporting = listener as? any ShortageReporting else { return }
    let endpoint = listener.endpoint
    reporting.onShortage { [table, onEvent] shortage in
      switch shortage {
      case .began(let error): onEvent?(.paused(endpoint, error))
      // Who has said nothing leaves the descriptor to who may.
      case .goesOn: table.yieldSilent()
      case .ended: onEvent?(.resumed(endpoint))
      }
    }
  }

  /// Says what an endpoint lacks because of the framing.
  private func warn(of endpoint: Endpoint) {
    if framing == .length10 {
      onEvent?(.warning(endpoint, Length10Connection.warning(endpoint)))
    }
  }

  private static func listen(
    _ transport: some Transport, _ endpoint: Endpoint
  ) async throws(PouchError) -> any StreamListener {
    try await transport.listen(on: endpoint)
  }

  /// Accepts and runs connections until `stop` is called.
  func serve(_ role: Role) async {
    let listeners = listeners.withLock { $0 }
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for listener in listeners {
          group.addTask { await self.accept(listener, role) }
        }
        if !listeners.isEmpty {
          group.addTask { await self.table.dismissPending(after: .seconds(1)) }
        }
      }
    } onCancel: {
      stop(code: "shutdown")
    }
  }

  private func accept(_ listener: any StreamListener, _ role: Role) async {
    await withDiscardingTaskGroup { group in
      while true {
        do throws(PouchError) {
          await table.catchUp()
          let stream = try await listener.accept()
          guard let number = table.admit(stream, isInitiator: false) else {
            stream.close()
            continue
          }
          group.addTask(executorPreference: stream.preferredExecutor) {
            await self.welcome(stream, number, listener.endpoint, role)
          }
        } catch  where error.code == .closed || error.code == .cancelled {
          return
        } catch {
          // One peer's failure, such as a reset before it was accepted: the listener goes on.
          onEvent?(.refused(listener.endpoint, error))
        }
      }
    }
  }

  private func welcome(
    _ stream: any ByteStream, _ number: UInt64, _ endpoint: Endpoint, _ role: Role
  ) async {
    do throws(PouchError) {
      let (connection, arrived) = try await establish(
        stream, number, endpoint, role, isInitiator: false)
      try await take(connection, number)
      _ = await run(connection, arrived, role)
    } catch {
      let reason = table.forget(number) ?? error
      stream.close()
      onEvent?(.refused(endpoint, reason.at(endpoint: endpoint, peer: stream.peer.description)))
    }
  }

  // MARK: Dialling

  /// Connects and completes the handshake.
  func dial(
    _ endpoint: Endpoint, _ role: Role
  ) async throws(PouchError) -> (any PeerConnection, Bytes) {
    let stream = try await open(endpoint)
    onEvent?(.opened(endpoint))
    warn(of: endpoint)
    do throws(PouchError) {
      guard let number = table.admit(stream, isInitiator: true) else {
        throw PouchError(.closed, "no connection is wanted any more", endpoint: endpoint)
      }
      defer { table.forget(number) }
      // Where the stream's I/O is done: no thread is changed for a step of the handshake, and its
      // deadlines do not depend on whoever keeps the other threads busy.
      let (connection, arrived) = try await withTaskExecutorPreference(stream.preferredExecutor) {
        () async throws(PouchError) in
        try await establish(stream, number, endpoint, role, isInitiator: true)
      }
      try await take(connection, number)
      return (connection, arrived)
    } catch {
      stream.close()
      throw error.at(endpoint: endpoint)
    }
  }

  private func open(_ endpoint: Endpoint) async throws(PouchError) -> any ByteStream {
    let transport = try transports.transport(
      for: endpoint, tls: tls, connectTimeout: timeouts.connect)
    return try await withDeadline(timeouts.connect, "connecting to \(endpoint)", endpoint: endpoint)
    { () async throws(PouchError) in
      try await Server.connect(transport, endpoint)
    }
  }

  private static func connect(
    _ transport: some Transport, _ endpoint: Endpoint
  ) async throws(PouchError) -> any ByteStream {
    try await transport.connect(to: endpoint)
  }

  // MARK: Both

  /// Takes an established connection in, or tells its peer why not.
  private func take(
    _ connection: any PeerConnection, _ number: UInt64
  ) async throws(PouchError) {
    do throws(PouchError) {
      try table.establish(number, connection)
    } catch {
      // It is not wanted since the peer's hello was answered.
      if framing == .pouch {
        await Establishment.tell(error, over: connection.stream, within: timeouts.close)
      }
      throw error
    }
  }

  private func establish(
    _ stream: any ByteStream, _ number: UInt64, _ endpoint: Endpoint, _ role: Role,
    isInitiator: Bool
  ) async throws(PouchError) -> (any PeerConnection, Bytes) {
    var offer = role.offer
    let table = table
    offer.objection = { table.reserve(number) }
    var establishment = Establishment(
      stream: stream, endpoint: endpoint, offer: offer, isInitiator: isInitiator,
      timeouts: timeouts)
    if !isInitiator { establishment.onStage = { table.advance(number, to: $0) } }
    if isInitiator, let onEvent {
      establishment.onHandshake = { peer in
        if peer.security != nil { onEvent(.secured(endpoint, peer)) }
      }
    }
    switch framing {
    case .pouch:
      let outcome = try await establishment.run()
      let connection = Connection(
        stream: stream, endpoint: endpoint, agreement: outcome.agreement, limits: limits,
        timeouts: timeouts, largestObject: limits.largestObject(streams: role.streams),
        policy: role.policy)
      return (connection, outcome.arrived)
    case .length10:
      try await establishment.secure()
      if let objection = table.reserve(number) {
        await establishment.dismiss(stream)
        throw objection
      }
      let connection = Length10Connection(
        stream: stream, endpoint: endpoint, limits: limits, timeouts: timeouts,
        streams: role.streams, policy: role.policy)
      return (connection, Bytes())
    }
  }

  /// Runs an established connection until it has ended.
  func run(
    _ connection: any PeerConnection, _ arrived: Bytes, _ role: Role
  ) async -> Result<Void, PouchError> {
    onEvent?(.connected(connection.info))
    role.onEstablished(connection)
    let outcome = await withTaskCancellationHandler {
      guard let beside = role.beside else {
        return await connection.run(arrived: arrived, to: role.sink)
      }
      return await withDiscardingTaskGroup { group in
        group.addTask(executorPreference: connection.stream.preferredExecutor) {
          await beside(connection)
        }
        defer { group.cancelAll() }
        return await connection.run(arrived: arrived, to: role.sink)
      }
    } onCancel: {
      connection.abort(PouchError(.cancelled, "the connection was cancelled"))
    }
    table.remove(connection)
    role.onEnded(connection)
    var error: PouchError?
    if case .failure(let failure) = outcome { error = failure }
    onEvent?(.disconnected(connection.info, error))
    return outcome
  }

  /// Stops listening and ends every connection in good order; `serve` returns when they have ended.
  func stop(code: String) {
    let listeners = listeners.withLock { listeners in
      defer { listeners = [] }
      return listeners
    }
    for listener in listeners { listener.close() }
    table.beginClosing(code: code)
  }
}
