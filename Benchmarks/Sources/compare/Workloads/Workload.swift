import Foundation

/// One way to move the objects of a load over a TCP connection on the loopback interface, from one
/// thread of this process to another.
protocol Workload: Sendable {
  /// How the table calls it.
  var name: String { get }
  /// What it does, in one line.
  var summary: String { get }

  /// Connects, sends and receives the whole load once.
  ///
  /// - Returns: what the receiving side saw.
  func run(_ load: Load) async throws -> Meter
}

/// Runs blocking work on a thread of its own.
func onThread<Success: Sendable>(
  _ work: @escaping @Sendable () throws -> Success
) async throws -> Success {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread {
      continuation.resume(with: Result { try work() })
    }
  }
}
