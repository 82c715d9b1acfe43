/// What both contenders of a round do alike.
struct RoundPlan: Sendable {
  let content: ObjectContent
  var extent: RoundExtent
  var connections: Int
  /// Whether one object is changed on its way out, to see that this is noticed.
  var corrupts = false
  /// Counts system calls, in a round that is not timed.
  var counter: SystemCallCounter?
}
