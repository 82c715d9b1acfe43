import Pouch
import Synchronization
import Testing

/// Gathers values from any task, and lets a test wait for a number of them.
final class Gathered<Value: Sendable>: Sendable {
  private struct State {
    var values: [Value] = []
    var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var values: [Value] { state.withLock { $0.values } }

  func append(_ value: Value) {
    let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.values.append(value)
      let ready = state.waiters.filter { $0.count <= state.values.count }.map(\.continuation)
      state.waiters.removeAll { $0.count <= state.values.count }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }

  /// Returns once `count` values are there.
  func wait(for count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state -> Bool in
        if state.values.count >= count { return true }
        state.waiters.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }
}

/// The pipelines that every behaviour is tested through.
enum PipelineKind: String, CaseIterable, Sendable {
  case none, crc32c, deflateCRC32C, sha256, hmac

  static let key = Bytes(utf8: "a key of the tests alone")

  var stages: [any Stage] {
    get throws {
      switch self {
      case .none: []
      case .crc32c: [CRC32CStage()]
      case .deflateCRC32C: [try DeflateStage(level: 1), CRC32CStage()]
      case .sha256: [SHA256Stage()]
      case .hmac: [try HMACSHA256Stage(key: PipelineKind.key)]
      }
    }
  }
}

/// A receiver at `endpoint`, running while `body` does; stopped and awaited afterwards.
func withReceiver<R: Sendable>(
  at endpoint: Endpoint, _ options: ReceiverOptions,
  handler: @escaping @Sendable (Delivery) async throws -> Void,
  _ body: (Endpoint, Receiver) async throws -> R
) async throws -> R {
  let receiver = Receiver(on: endpoint, options: options)
  let bound = try await receiver.bind()
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await receiver.run(handler) }
    let result: R
    do {
      result = try await body(bound[0], receiver)
    } catch {
      group.cancelAll()
      throw error
    }
    receiver.stop()
    try await group.waitForAll()
    return result
  }
}
