internal import PouchCore
internal import PouchSockets

/// Runs what blocks on a thread that may, and returns or throws what it does.
func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await BlockingPool.shared.run { () throws(PouchError) in
    Result<T, any Error> { try body() }
  }.get()
}
