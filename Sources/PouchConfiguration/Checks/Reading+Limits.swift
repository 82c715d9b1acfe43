extension Reading {
  mutating func limits(_ assignments: Assignments) -> LimitSettings {
    let limits = LimitSettings(
      frame: assignments.value(Settings.Limits.frame, &self),
      object: assignments.value(Settings.Limits.object, &self),
      stream: assignments.value(Settings.Limits.stream, &self),
      connections: assignments.value(Settings.Limits.connections, &self),
      unauthenticated: assignments.value(Settings.Limits.unauthenticated, &self))
    if limits.unauthenticated > limits.connections,
      let place = assignments.place(of: Settings.Limits.unauthenticated)
    {
      report(
        place, "'limits.unauthenticated' is more than 'limits.connections', \(limits.connections)",
        hint: "it counts some of the same connections: lower it")
    }
    return limits
  }

  mutating func timeouts(_ assignments: Assignments) -> TimeoutSettings {
    TimeoutSettings(
      connect: assignments.value(Settings.Timeouts.connect, &self),
      tlsHandshake: assignments.value(Settings.Timeouts.tlsHandshake, &self),
      hello: assignments.value(Settings.Timeouts.hello, &self),
      body: assignments.value(Settings.Timeouts.body, &self),
      heartbeat: assignments.value(Settings.Timeouts.heartbeat, &self),
      close: assignments.value(Settings.Timeouts.close, &self),
      drain: assignments.value(Settings.Timeouts.drain, &self))
  }

  mutating func log(_ assignments: Assignments) -> LogSettings {
    LogSettings(
      level: assignments.value(Settings.Log.level, &self),
      format: assignments.value(Settings.Log.format, &self))
  }
}
