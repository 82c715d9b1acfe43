/// Something that can be measured next to others.
protocol Contender: Sendable {
  /// How the tables call it.
  var name: String { get }
  /// What it does, in one line.
  var summary: String { get }

  /// Measures once.
  ///
  /// - Parameter seconds: About how long that may take.
  /// - Returns: A figure in the unit of its contest.
  func measure(seconds: Double) async throws -> Double
}
