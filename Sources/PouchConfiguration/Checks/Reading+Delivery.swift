internal import Pouch
internal import PouchCore

extension Reading {
  mutating func window(_ assignments: Assignments) -> Window {
    Window(
      objects: assignments.value(Settings.Delivery.windowObjects, &self),
      bytes: assignments.value(Settings.Delivery.window, &self))
  }

  /// Reads when a sender's objects count as delivered, and to whom they go.
  mutating func delivery(
    _ assignments: Assignments, _ endpoints: PlacedEndpoints, _ framing: Framing
  ) -> DeliverySettings {
    let acknowledge = assignments.value(Settings.Delivery.acknowledge, &self)
    let isBroadcast = assignments.value(Settings.Delivery.broadcast, &self)
    let receivers = assignments.value(Settings.Delivery.receivers, &self)
    if isBroadcast, !endpoints.isListening, let endpoint = endpoints.endpoints.first,
      let place = assignments.place(of: Settings.Delivery.broadcast)
    {
      report(
        place,
        "\(name(Settings.Delivery.broadcast, at: place)) is for a sender that listens, and this one "
          + "connects to '\(endpoint.value)'",
        hint: advice(Settings.listen, "ENDPOINT", yaml: "listen: ENDPOINT", at: place)
          + ", where receivers come to")
    }
    if !isBroadcast, let receivers {
      report(
        receivers.place,
        "\(name(Settings.Delivery.receivers, at: receivers.place)) counts the receivers of a "
          + "broadcast",
        hint: receivers.place.isInFile
          ? "add broadcast: true, or remove it"
          : advice(Settings.Delivery.broadcast, "true", at: receivers.place) + ", or remove it")
    }
    return DeliverySettings(
      acknowledge: framing == .length10 ? .none : acknowledge,
      window: window(assignments),
      timeout: assignments.value(Settings.Delivery.timeout, &self)?.value,
      isBroadcast: isBroadcast,
      receivers: receivers?.value)
  }
}
