internal import Pouch

extension Reading {
  mutating func limits(_ assignments: Assignments) -> Limits {
    var limits = Limits()
    limits.frame = assignments.value(Settings.Limits.frame, &self)
    limits.object = assignments.value(Settings.Limits.object, &self)
    limits.stream = assignments.value(Settings.Limits.stream, &self).map { UInt64($0) }
    limits.connections = assignments.value(Settings.Limits.connections, &self)
    limits.unauthenticated = assignments.value(Settings.Limits.unauthenticated, &self)
    limits.silent = assignments.value(Settings.Limits.silent, &self)
    if limits.unauthenticated > limits.connections,
      let place = assignments.place(of: Settings.Limits.unauthenticated)
    {
      report(
        place, "'limits.unauthenticated' is more than 'limits.connections', \(limits.connections)",
        hint: "it counts some of the same connections: lower it")
    }
    return limits
  }

  mutating func timeouts(_ assignments: Assignments) -> Timeouts {
    var timeouts = Timeouts()
    timeouts.connect = assignments.value(Settings.Timeouts.connect, &self)
    timeouts.opening = assignments.value(Settings.Timeouts.opening, &self)
    timeouts.tlsHandshake = assignments.value(Settings.Timeouts.tlsHandshake, &self)
    timeouts.hello = assignments.value(Settings.Timeouts.hello, &self)
    timeouts.body = assignments.value(Settings.Timeouts.body, &self)
    timeouts.heartbeat = assignments.value(Settings.Timeouts.heartbeat, &self)
    timeouts.close = assignments.value(Settings.Timeouts.close, &self)
    timeouts.drain = assignments.value(Settings.Timeouts.drain, &self)
    return timeouts
  }

  mutating func log(_ assignments: Assignments) -> LogSettings {
    LogSettings(
      level: assignments.value(Settings.Log.level, &self),
      format: assignments.value(Settings.Log.format, &self))
  }
}
