/// What both contenders of a round do alike.
struct RoundPlan: Sendable {
  let content: ObjectContent
  var extent: RoundExtent
  var connections: Int
  /// Objects a second of all connections together, where that is given.
  var rate: Double?
  /// Whether one object is changed on its way out, to see that this is noticed.
  var corrupts = false
  /// Counts system calls, in a round that is not timed.
  var counter: SystemCallCounter?
}
