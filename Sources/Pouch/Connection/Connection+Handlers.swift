import PouchCore
import Synchronization

extension Connection {
  /// Whether this side takes no more objects.
  var isClosing: Bool { closingFlag.load(ordering: .relaxed) }

  /// Refuses one object, so that its sender knows.
  func refuse(_ id: UInt64, _ refusal: Refusal) {
    let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      if state.session.inbox.isIncomplete(id) { _ = state.session.inbox.cancel(id) }
      if state.outcome == nil { state.session.refuse(id, refusal) }
      return state.idleFlusher.take()
    }
    flusher?.resume()
    policy.onRefusal?(info, id, refusal)
  }

  /// Runs a handler of a streamed object beside the reader, and books the object when both the
  /// handler has returned and the object has arrived whole.
  func run(
    _ handler: @Sendable (StreamedDelivery) async throws -> Void, _ delivery: StreamedDelivery,
    _ channel: BodyChannel
  ) async {
    do {
      try await handler(delivery)
      try await channel.drain()
      let isSettledEarly = agreement.acknowledge == .received
      state.withLock { state in
        if !isSettledEarly { state.session.settle(delivery.id...delivery.id) }
      }
    } catch {
      state.withLock { _ = $0.channels.removeValue(forKey: delivery.id) }
      channel.abandon()
      refuse(delivery.id, Refusal(handlerError: error))
    }
    let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      state.runningHandlers -= 1
      return state.idleFlusher.take()
    }
    flusher?.resume()
  }
}
