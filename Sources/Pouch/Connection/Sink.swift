import PouchCore

/// Where a connection's objects go.
enum Sink: Sendable {
  /// Nowhere: this end sends.
  case none
  /// To a handler that takes objects whole.
  case whole(@Sendable (Delivery) async throws -> Void)
  /// To a handler that takes objects whole and never waits.
  case immediate(@Sendable (Delivery) throws -> Void)
  /// To a handler that takes all objects of a frame at once.
  case batches(@Sendable (DeliveryBatch) async throws -> Void)
  /// To a handler that takes objects of any size as they come.
  case streamed(@Sendable (StreamedDelivery) async throws -> Void)
}

extension Refusal {
  /// What the sender is told about the error that a handler threw.
  package init(handlerError error: any Error) {
    switch error {
    case let refusal as Refusal: self = refusal
    case let error as PouchError:
      let code =
        switch error.code {
        case .badData: "format"
        case .limitExceeded: "too-large"
        case .outputFailed: "storage"
        default: "processing"
        }
      self.init(code: code, isRetryable: error.code == .outputFailed, text: error.message)
    case is CancellationError:
      self.init(code: "processing", isRetryable: true, text: "the receiver is stopping")
    default:
      // The text of an unknown error may hold anything: it stays here.
      self.init(code: "processing", text: "the receiver's handler failed (\(type(of: error)))")
    }
  }
}
