internal import Synchronization

/// What one end has seen of its round trips.
struct RoundTrips: Sendable {
  var sent: UInt64 = 0
  var recorder = LatencyRecorder()

  init() {}

  init(merging others: [RoundTrips]) {
    for other in others {
      sent += other.sent
      recorder.add(other.recorder)
    }
  }
}

/// What several connections have seen.
final class Merged: Sendable {
  private let state = Mutex(RoundTrips())

  var value: RoundTrips { state.withLock { $0 } }

  func add(_ trips: RoundTrips) {
    state.withLock { $0 = RoundTrips(merging: [$0, trips]) }
  }
}
