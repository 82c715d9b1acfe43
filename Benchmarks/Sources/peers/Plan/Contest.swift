/// Contenders that do the same work.
struct Contest: Sendable {
  /// The work, such as `tcp 64 B`.
  let name: String
  let unit: Unit
  let contenders: [any Contender]
  /// How often it is worth measuring: a size of memory does not vary
  /// with the machine.
  var mostRounds = Int.max
}
