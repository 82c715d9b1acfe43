internal import CPouchSystem
package import PouchCore
internal import Synchronization

/// Event loops, one for each core by default, that share the connections in turn.
package final class Reactor: Sendable {
  private static let sharedInstance = Mutex<Reactor?>(nil)

  package let loops: [EventLoop]
  private let turn = Atomic<Int>(0)

  /// Starts the loops.
  ///
  /// - Parameter loops: How many; as many as there are cores if it is nil.
  /// - Throws: `.internal` when the system has no descriptors or threads left.
  package init(loops count: Int? = nil) throws(PouchError) {
    let count = max(1, count ?? Int(pouch_core_count()))
    var started: [EventLoop] = []
    do throws(PouchError) {
      for number in 0..<count {
        let loop = try EventLoop()
        try loop.start(name: "pouch-loop-\(number)")
        started.append(loop)
      }
    } catch {
      for loop in started { loop.stop() }
      throw error
    }
    loops = started
  }

  /// The reactor that transports use unless they are given another; started when first asked for.
  package static func shared() throws(PouchError) -> Reactor {
    try sharedInstance.withLock { reactor throws(PouchError) in
      if let reactor { return reactor }
      let started = try Reactor()
      reactor = started
      return started
    }
  }

  /// `reactor`, or the shared one.
  static func given(_ reactor: Reactor?) throws(PouchError) -> Reactor {
    if let reactor { return reactor }
    return try shared()
  }

  /// The loop whose turn it is to take a connection.
  package func next() -> EventLoop {
    let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return loops[Int(UInt(bitPattern: number) % UInt(loops.count))]
  }

  /// Ends the threads. No task may prefer one of the loops any more, and no stream may be in use.
  package func shutdown() {
    for loop in loops { loop.stop() }
  }
}
