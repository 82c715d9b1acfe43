internal import Synchronization

/// When each object of a round at a given rate is to be sent, whatever became of those before it.
///
/// Latency is measured from these times: an object that leaves late because the one before it was
/// held up has waited, and its wait counts (no coordinated omission).
final class Schedule: Sendable {
  /// Between two objects, in nanoseconds.
  private let interval: Double
  private let connections: UInt64
  private let origin = Atomic<UInt64>(0)

  /// - Parameter rate: Objects a second of all connections together.
  init(rate: Double, connections: Int) {
    interval = 1e9 / rate
    self.connections = UInt64(connections)
  }

  /// When the first object is to be sent; to be set before it is.
  var begin: UInt64 {
    get { origin.load(ordering: .acquiring) }
    set { origin.store(newValue, ordering: .releasing) }
  }

  /// When the object is to be sent that is the `index`th of all connections' together.
  func time(of index: UInt64) -> UInt64 { begin + UInt64(Double(index) * interval) }

  /// When the object with this tag was to be sent: the connections take turns.
  func time(of tag: ObjectTag) -> UInt64 {
    time(of: tag.sequence * connections + UInt64(tag.connection))
  }
}
