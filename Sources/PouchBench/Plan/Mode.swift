/// What is measured.
package enum Mode: String, Sendable, Hashable, CaseIterable, Codable {
  /// How many objects a second arrive when as many are sent as can be.
  case throughput
  /// How long one object takes there and its answer takes back, with nothing else under way.
  case latency
  /// How long objects take that are sent at a given rate, from when each was to be sent.
  case load
}

/// What comes back in a round trip.
package enum RoundTrip: String, Sendable, Hashable, CaseIterable, Codable {
  /// The receiver's acknowledgement, on the same connection.
  case acknowledgement
  /// An object like the one that was sent, by a sender of the receiving side, on a connection of
  /// its own.
  case reply
}

/// A transport on the loopback interface of this machine.
package enum Carrier: String, Sendable, Hashable, CaseIterable, Codable {
  case tcp, tls, unix
}
