extension ReceiverConfiguration {
  /// Takes every setting of a receiver; what is wrong is reported.
  init(_ assignments: Assignments, _ reading: inout Reading) {
    let endpoints = reading.endpoints(assignments)
    let framing = reading.framing(assignments)
    let formats = reading.formats(assignments, framing)
    self.init(
      endpoints: endpoints.settings,
      insecure: assignments.value(Settings.insecure, &reading),
      framing: framing,
      formats: formats,
      allowsNumPy: reading.allowsNumPy(assignments, formats),
      tls: reading.tls(assignments, endpoints),
      pipeline: reading.demand(assignments),
      limits: reading.limits(assignments),
      timeouts: reading.timeouts(assignments),
      window: reading.window(assignments),
      output: reading.output(assignments),
      log: reading.log(assignments))
  }
}
