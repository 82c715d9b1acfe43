/// What both contenders of a round do alike.
struct RoundPlan: Sendable {
  let content: ObjectContent
  var extent: RoundExtent
  var connections: Int
  /// Objects a second of all connections together, where that is given.
  var rate: Double?
  /// Whether one object is changed on its way out, to see that this is noticed.
  var corrupts = false
  /// Started by the sending side, where the receiving one is elsewhere.
  var sendingClock: RoundClock?
  /// Counts system calls, in a round that is not timed.
  var counter: SystemCallCounter?
}
