import Pouch
import Synchronization

/// Where an asking task waits for its reply. One task waits at a time.
final class Reply: Sendable {
  private struct State {
    var arrived: Result<Bytes, any Error>?
    var waiting: UnsafeContinuation<Bytes, any Error>?
  }

  private let state = Mutex(State())

  func set(_ bytes: Bytes) { put(.success(bytes)) }

  /// Whatever breaks reaches the one that waits, who would wait for ever otherwise.
  func fail(_ error: (any Error)?) {
    put(.failure(error ?? VerificationError(reason: "the connection ended early")))
  }

  private func put(_ result: Result<Bytes, any Error>) {
    let waiting = state.withLock { state -> UnsafeContinuation<Bytes, any Error>? in
      defer { state.waiting = nil }
      if state.waiting == nil { state.arrived = result }
      return state.waiting
    }
    waiting?.resume(with: result)
  }

  func get() async throws -> Bytes {
    try await withUnsafeThrowingContinuation { continuation in
      let arrived = state.withLock { state -> Result<Bytes, any Error>? in
        defer { state.arrived = nil }
        if state.arrived == nil { state.waiting = continuation }
        return state.arrived
      }
      if let arrived { continuation.resume(with: arrived) }
    }
  }
}
