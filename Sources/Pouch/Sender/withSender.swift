public import PouchCore
import Synchronization

/// Connects to a receiver, runs `body` with a sender, and ends the connection in good order: when
/// this returns, the receiver has taken every object that was accepted.
///
/// `body` runs on the connection's own loop, so that sending needs no change of thread; work that
/// takes long belongs in a task of its own.
///
/// - Parameters:
///   - endpoint: Where the receiver listens.
///   - options: How to behave.
///   - body: Sends.
/// - Returns: What `body` returns.
/// - Throws: `PouchError` when the receiver cannot be reached or understood; what `body` throws;
///   behind it what `Sender.close()` throws, `.objectsFailed` for objects that were refused or not
///   delivered among them.
public func withSender<R>(
  to endpoint: Endpoint, options: SenderOptions = SenderOptions(),
  _ body: (Sender) async throws -> R
) async throws -> R {
  try options.checkFraming()
  let server = options.makeServer()
  let role = Server.Role(offer: options.makeOffer(), sink: .none)
  let (connection, arrived) = try await server.dial(endpoint, role)
  let sender = Sender(only: connection, failsIfIncomplete: options.failsIfIncomplete)
  return try await withThrowingDiscardingTaskGroup { group in
    group.addTask(executorPreference: connection.stream.preferredExecutor) {
      _ = await server.run(connection, arrived, role)
    }
    return try await withTaskExecutorPreference(connection.stream.preferredExecutor) {
      try await finish(sender, server) { try await body(sender) }
    }
  }
}

/// Listens for receivers, runs `body` with a sender that hands each object to one of them, and
/// ends every connection in good order.
///
/// - Parameters:
///   - endpoints: Where receivers come to.
///   - options: How to behave; `onEvent` tells the endpoints that were bound.
///   - body: Sends; `send` waits while no receiver is there.
/// - Returns: What `body` returns.
/// - Throws: `PouchError` when an endpoint cannot be bound; what `body` throws; behind it what
///   `Sender.close()` throws, `.objectsFailed` for objects that were refused or not delivered on any
///   connection among them.
public func withSender<R>(
  listeningOn endpoints: [Endpoint], options: SenderOptions = SenderOptions(),
  _ body: (Sender) async throws -> R
) async throws -> R {
  try options.checkFraming()
  let server = options.makeServer()
  let sender = Sender(only: nil, failsIfIncomplete: options.failsIfIncomplete)
  var role = Server.Role(offer: options.makeOffer(), sink: .none)
  role.onEstablished = { sender.add($0) }
  role.onEnded = { sender.remove($0) }
  let serving = role
  _ = try await server.bind(endpoints)
  return try await withThrowingDiscardingTaskGroup { group in
    group.addTask { await server.serve(serving) }
    return try await finish(sender, server) { try await body(sender) }
  }
}

/// Runs `body`, then closes the sender whatever came of it.
private func finish<R>(
  _ sender: Sender, _ server: Server, _ body: () async throws -> R
) async throws -> R {
  defer { server.stop(code: "done") }
  do {
    let result = try await body()
    try await sender.close()
    return result
  } catch {
    // What was accepted still goes out, unless there is nobody to wait for it.
    if !Task.isCancelled {
      try? await withDeadline(server.timeouts.drain, "closing the sender") {
        () async throws(PouchError) in
        try await sender.close()
      }
    }
    server.table.abort(PouchError(.closed, "the sender was closed"))
    throw error
  }
}
