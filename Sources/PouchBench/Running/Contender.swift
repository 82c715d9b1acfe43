/// One way to move the objects of a round, of which several are compared.
protocol Contender: Sendable {
  /// How progress and errors call it.
  var name: String { get }

  /// Connects, moves the objects of one round, and ends in good order.
  ///
  /// - Returns: What was measured.
  /// - Throws: `PouchError` with `.badData` when what arrived is not what was sent.
  func run(_ round: RoundPlan) async throws -> RoundFigures
}
