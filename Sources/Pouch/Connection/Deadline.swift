package import PouchCore

/// Runs `operation`, and cancels it when `limit` has passed: time in which this thread was too busy
/// to see to the operation does not count (`AttentiveClock`).
///
/// - Throws: What the operation throws, or `.timedOut` naming `what`.
package func withDeadline<R: Sendable>(
  _ limit: Duration, _ what: String, endpoint: Endpoint? = nil,
  _ operation: @escaping @Sendable () async throws(PouchError) -> R
) async throws(PouchError) -> R {
  let result = await withTaskGroup(of: Result<R, PouchError>?.self) { group in
    group.addTask {
      do throws(PouchError) { return .success(try await operation()) } catch {
        return .failure(error)
      }
    }
    group.addTask {
      // Cancelled as soon as the operation has ended.
      try? await AttentiveClock.sleep(for: limit)
      return nil
    }
    let first = await group.next() ?? nil
    group.cancelAll()
    if let first { return first }
    // The deadline came first, or this task was cancelled: the operation is ending now.
    let isCancelled = Task.isCancelled
    while let late = await group.next() {
      if case .some(.success(let value)) = late { return .success(value) }
    }
    return .failure(
      isCancelled
        ? PouchError(.cancelled, "\(what) was cancelled", endpoint: endpoint)
        : PouchError(
          .timedOut, "\(what) took longer than \(limit)",
          hint: "check the peer and the network, or raise the timeout", endpoint: endpoint))
  }
  return try result.get()
}
