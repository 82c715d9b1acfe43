/// One way to move the objects of a load over one connection on this machine, from one thread of
/// this process to another.
protocol Workload: Sendable {
  /// How the tables call it.
  var name: String { get }
  /// What it does, in one line.
  var summary: String { get }

  /// Connects, sends and receives the whole load once.
  ///
  /// - Returns: what the receiving side saw.
  func run(_ load: Load) async throws -> Meter
}
