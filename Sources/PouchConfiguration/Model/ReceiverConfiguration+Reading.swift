extension ReceiverConfiguration {
  /// Takes every setting of a receiver; what is wrong is reported.
  init(_ assignments: Assignments, _ reading: inout Reading) {
    let endpoints = reading.endpoints(assignments)
    self.init(
      endpoints: endpoints.settings,
      insecure: assignments.value(Settings.insecure, &reading),
      tls: reading.tls(assignments, endpoints),
      pipeline: reading.demand(assignments),
      limits: reading.limits(assignments),
      timeouts: reading.timeouts(assignments),
      window: reading.window(assignments),
      output: reading.output(assignments),
      log: reading.log(assignments))
  }
}

extension Reading {
  fileprivate mutating func output(_ assignments: Assignments) -> OutputSettings {
    let directory = assignments.value(Settings.Output.directory, &self)
    let lines = assignments.value(Settings.Output.lines, &self)
    if lines, directory != nil, let place = assignments.place(of: Settings.Output.lines) {
      report(
        place, "'output.lines' and 'output.directory' exclude one another",
        hint: "keep one of them")
    }
    if directory == nil, let place = assignments.place(of: Settings.Output.onConflict) {
      report(
        place, "'output.on-conflict' is for files", hint: "name an 'output.directory', or remove it"
      )
    }
    return OutputSettings(
      directory: checkOutput(directory),
      onConflict: assignments.value(Settings.Output.onConflict, &self),
      count: assignments.value(Settings.Output.count, &self)?.value,
      lines: lines)
  }
}
