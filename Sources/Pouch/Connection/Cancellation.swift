import PouchCore

/// Runs `operation` in a task of its own, where this one runs, and cancels that task as soon as
/// `event` has fired.
///
/// It returns when the operation does, which must see to it that it ends when it is cancelled.
func withCancellation<R: Sendable>(
  by event: Waiter, isolation: isolated (any Actor)? = #isolation,
  _ operation: () async throws(PouchError) -> R
) async throws(PouchError) -> R {
  let result = await withoutActuallyEscaping(operation) { operation in
    // It goes from this task to the other one, which comes back before this one goes on.
    nonisolated(unsafe) let operation = operation
    return await withTaskGroup(of: Result<R, PouchError>?.self, isolation: isolation) { group in
      group.addTask {
        await outcome(isolation, operation)
      }
      group.addTask {
        try? await event.wait()
        return nil
      }
      var result: Result<R, PouchError>?
      while let ended = await group.next(isolation: isolation) {
        // Either one is of no use without the other.
        group.cancelAll()
        result = ended ?? result
      }
      return result
    }
  }
  guard let result else { preconditionFailure("a task is over without an outcome") }
  return try result.get()
}

private func outcome<R: Sendable>(
  _ isolation: isolated (any Actor)?, _ operation: () async throws(PouchError) -> R
) async -> Result<R, PouchError> {
  do throws(PouchError) { return .success(try await operation()) } catch { return .failure(error) }
}

/// The next piece of an object; an empty one ends it.
///
/// - Throws: `.cancelled` where that is no end: a source that is cancelled may say so by ending.
func nextPiece(
  _ longest: Int, of source: (Int) async throws(PouchError) -> Bytes
) async throws(PouchError) -> Bytes {
  let piece = try await source(longest)
  guard !piece.isEmpty || !Task.isCancelled else {
    throw PouchError(.cancelled, "cancelled while the object was read")
  }
  return piece
}
