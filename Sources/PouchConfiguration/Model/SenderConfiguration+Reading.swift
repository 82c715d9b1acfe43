internal import PouchCore

extension SenderConfiguration {
  /// Takes every setting of a sender; what is wrong is reported.
  init(_ assignments: Assignments, _ reading: inout Reading) {
    let endpoints = reading.endpoints(assignments)
    self.init(
      endpoints: endpoints.settings,
      insecure: assignments.value(Settings.insecure, &reading),
      tls: reading.tls(assignments, endpoints),
      pipeline: reading.stages(assignments),
      limits: reading.limits(assignments),
      timeouts: reading.timeouts(assignments),
      delivery: DeliverySettings(
        acknowledge: assignments.value(Settings.Delivery.acknowledge, &reading),
        window: reading.window(assignments),
        timeout: assignments.value(Settings.Delivery.timeout, &reading)?.value),
      log: reading.log(assignments))
  }
}

extension Reading {
  mutating func window(_ assignments: Assignments) -> Window {
    Window(
      objects: assignments.value(Settings.Delivery.windowObjects, &self),
      bytes: assignments.value(Settings.Delivery.window, &self))
  }
}
