internal import CPouchSystem
package import PouchCore
internal import Synchronization

/// Threads for work that blocks: name resolution, files. It never runs on an event loop.
///
/// Threads are started when all others are busy, up to the limit, and stay; beyond the limit work
/// waits its turn.
package final class BlockingPool: Sendable {
  package static let shared = BlockingPool(threads: 16)

  private struct State {
    var work: [@Sendable () -> Void] = []
    var threads = 0
    /// Threads that wait for work, or are about to.
    var idle = 0
    /// Counts the work that nobody has taken; made with the first thread.
    var semaphore: OpaquePointer?
  }

  private let limit: Int
  private let state = Mutex(State())

  /// - Parameter threads: The most threads there will be.
  package init(threads limit: Int) {
    precondition(limit > 0, "a pool has at least one thread")
    self.limit = limit
  }

  /// Runs `body` on one of the threads and returns what it returns.
  ///
  /// It is not cancelled with the task: once this has returned, nothing of it goes on.
  ///
  /// - Throws: What `body` throws, or `.internal` when no thread can be started.
  package func run<T: Sendable>(
    _ body: @escaping @Sendable () throws(PouchError) -> T
  ) async throws(PouchError) -> T {
    let outcome = Outcome<T>()
    await withUnsafeContinuation { continuation in
      do throws(PouchError) {
        try submit {
          outcome.set(Result(catching: body))
          continuation.resume()
        }
      } catch {
        outcome.set(.failure(error))
        continuation.resume()
      }
    }
    return try outcome.get()
  }

  /// Hands `work` to a thread and returns at once.
  package func submit(_ work: @escaping @Sendable () -> Void) throws(PouchError) {
    try state.withLock { state throws(PouchError) in
      let semaphore = try BlockingPool.semaphore(&state)
      if state.idle <= state.work.count, state.threads < limit {
        do throws(PouchError) {
          try startThread()
          state.threads += 1
          state.idle += 1
        } catch {
          // With fewer threads than wanted the work waits longer; with none it would for ever.
          if state.threads == 0 { throw error }
        }
      }
      state.work.append(work)
      pouch_semaphore_add(semaphore)
    }
  }

  private static func semaphore(_ state: inout State) throws(PouchError) -> OpaquePointer {
    if let semaphore = state.semaphore { return semaphore }
    guard let semaphore = pouch_semaphore_make() else {
      throw PouchError(.internal, "no memory for blocking work")
    }
    state.semaphore = semaphore
    return semaphore
  }

  private func startThread() throws(PouchError) {
    // The thread keeps the pool for ever, and so the semaphore lives as long.
    let context = Unmanaged.passRetained(self)
    let result = pouch_thread_start(
      "pouch-blocking",
      { context in
        Unmanaged<BlockingPool>.fromOpaque(context).takeRetainedValue().workForever()
      }, context.toOpaque())
    guard result >= 0 else {
      context.release()
      throw .system(.internal, "no thread for blocking work", errno: -result)
    }
  }

  private func workForever() {
    guard let semaphore = state.withLock({ $0.semaphore }) else { return }
    while true {
      pouch_semaphore_take(semaphore)
      let work = state.withLock { state in
        state.idle -= 1
        return state.work.removeFirst()
      }
      work()
      state.withLock { $0.idle += 1 }
    }
  }
}

/// What a call on another thread has come to. It changes hands under a lock and not through the
/// continuation, whose own hand-over is in a library that the thread sanitizer does not see into.
private final class Outcome<T: Sendable>: Sendable {
  private let result = Mutex<Result<T, PouchError>?>(nil)

  func set(_ result: Result<T, PouchError>) {
    self.result.withLock { $0 = result }
  }

  func get() throws(PouchError) -> T {
    guard let result = result.withLock({ $0 }) else {
      preconditionFailure("a call is over without an outcome")
    }
    return try result.get()
  }
}
