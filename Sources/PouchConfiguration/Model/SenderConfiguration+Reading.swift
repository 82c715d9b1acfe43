internal import Pouch
internal import PouchCore

extension SenderConfiguration {
  /// Takes every setting of a sender; what is wrong is reported.
  init(_ assignments: Assignments, _ reading: inout Reading) {
    let endpoints = reading.endpoints(assignments)
    let framing = reading.framing(assignments)
    self.init(
      endpoints: endpoints.settings,
      insecure: assignments.value(Settings.insecure, &reading),
      framing: framing,
      tls: reading.tls(assignments, endpoints),
      pipeline: reading.stages(assignments),
      limits: reading.limits(assignments),
      timeouts: reading.timeouts(assignments),
      delivery: reading.delivery(assignments, endpoints, framing),
      input: reading.input(assignments, framing),
      log: reading.log(assignments))
  }
}
