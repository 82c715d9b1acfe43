internal import Pouch
internal import PouchCore

extension Reading {
  /// Reads the framing, and finds what has no meaning with it.
  mutating func framing(_ assignments: Assignments) -> Framing {
    guard assignments.value(Settings.framing, &self) == .length10 else { return .pouch }
    for descriptor in assignments.table.descriptors {
      guard let reason = Self.reason(descriptor), let written = assignments[descriptor.path]
      else { continue }
      if descriptor.path == Settings.Delivery.acknowledge.descriptor.path,
        assignments.value(Settings.Delivery.acknowledge, &self) == .none
      {
        continue
      }
      let place = written.key
      // Several options stand for the pipeline: the one that was given.
      let name =
        if case .option(let option) = place.origin { "'\(option)'" } else {
          name(descriptor, at: place)
        }
      report(
        place,
        "\(name) has no meaning with 'length10': \(reason)",
        hint: "remove it, or "
          + advice(Settings.framing, "pouch", yaml: "framing: pouch", at: place))
    }
    return .length10
  }

  /// Why a setting has no meaning with `length10`; nil for one that has.
  private static func reason(_ descriptor: Descriptor) -> String? {
    if descriptor.section == Table.pipeline.key || descriptor.path == Table.pipeline.path {
      return "nothing is compressed and nothing is checked"
    }
    return reasons[descriptor.name]
  }

  private static let reasons = [
    Settings.Delivery.acknowledge.descriptor.name: "nobody acknowledges an object",
    Settings.Delivery.timeout.descriptor.name: "nobody acknowledges an object",
    Settings.Delivery.window.descriptor.name: "nobody acknowledges an object",
    Settings.Delivery.windowObjects.descriptor.name: "nobody acknowledges an object",
    Settings.Limits.frame.descriptor.name: "there are no frames",
    Settings.Timeouts.hello.descriptor.name: "there are no hellos",
    Settings.Timeouts.heartbeat.descriptor.name: "there are no heartbeats",
  ]
}
