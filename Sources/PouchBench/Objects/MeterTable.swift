internal import PouchCore

/// The meters of a round, one for each connection.
///
/// `@unchecked Sendable`: a meter is used by the task or thread that receives from its connection,
/// and read when all of these have ended. Each lies behind a pointer of its own, so that a handler
/// pays no check of exclusive access for an object and two threads share no cache line.
final class MeterTable: @unchecked Sendable {
  private static let room = 1 << 10

  let clock: RoundClock
  private let meters: UnsafeMutableBufferPointer<UnsafeMutablePointer<Meter>>
  private let only: UnsafeMutablePointer<Meter>?

  init(_ round: RoundPlan, schedule: Schedule? = nil) {
    precondition(MemoryLayout<Meter>.size <= MeterTable.room, "a meter fits into its memory")
    clock = RoundClock(round.counter)
    meters = .allocate(capacity: round.connections)
    for connection in meters.indices {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: MeterTable.room, alignment: 128)
      let meter = memory.bindMemory(to: Meter.self, capacity: 1)
      meter.initialize(
        to: Meter(
          round.content, connection: connection, clock: clock, schedule: schedule))
      meters.initializeElement(at: connection, to: meter)
    }
    only = meters.count == 1 ? meters.first : nil
  }

  deinit {
    for meter in meters {
      meter.deinitialize(count: 1)
      UnsafeMutableRawPointer(meter).deallocate()
    }
    meters.deallocate()
  }

  /// Takes in an object of any connection.
  @inline(__always)
  func add(_ object: UnsafeRawBufferPointer) {
    if let only { return only.pointee.add(object) }
    addToOne(object)
  }

  private func addToOne(_ object: UnsafeRawBufferPointer) {
    guard object.count >= ObjectTag.size else { return meters[0].pointee.note(.stray) }
    let tag = ObjectTag(rawValue: object.loadUnaligned(as: UInt64.self))
    guard meters.indices.contains(tag.connection) else {
      return meters[0].pointee.note(.stray)
    }
    meters[tag.connection].pointee.add(object)
  }

  /// Takes in an object of this connection.
  @inline(__always)
  func add(_ object: UnsafeRawBufferPointer, connection: Int) {
    meters[connection].pointee.add(object)
  }

  /// Whether the last object of a connection has come.
  func isComplete(_ connection: Int) -> Bool { meters[connection].pointee.isComplete }

  /// What was measured, if what arrived is what was sent.
  ///
  /// - Parameters:
  ///   - sent: How many objects were sent, over all connections.
  ///   - contender: Whose round it was, for the error.
  /// - Throws: `.badData` otherwise, or when nothing was timed.
  func figures(sent: UInt64, _ contender: String) throws(PouchError) -> RoundFigures {
    var received: UInt64 = 0
    var counted: UInt64 = 0
    var arrivals: LatencyRecorder?
    for (connection, meter) in meters.enumerated() {
      try check(connection, contender)
      received += meter.pointee.received
      counted += meter.pointee.counted
      if let recorder = meter.pointee.arrivals {
        if arrivals == nil { arrivals = recorder } else { arrivals?.add(recorder) }
      }
    }
    guard received == sent else {
      throw ObjectFault.missing(sent: sent, received: received).error(contender)
    }
    return try clock.figures(counted, latency: arrivals, contender)
  }

  /// - Throws: `.badData` when what arrived at a connection is not what was sent.
  private func check(_ connection: Int, _ contender: String) throws(PouchError) {
    let meter = meters[connection].pointee
    if let fault = meter.fault { throw fault.error(contender) }
    guard meter.isComplete else {
      throw ObjectFault.unfinished(received: meter.received).error(contender)
    }
  }

  /// - Parameter sent: How many objects were sent to this connection.
  /// - Throws: `.badData` when they are not what arrived.
  func check(_ connection: Int, sent: UInt64, _ contender: String) throws(PouchError) {
    try check(connection, contender)
    let received = meters[connection].pointee.received
    guard received == sent else {
      throw ObjectFault.missing(sent: sent, received: received).error(contender)
    }
  }
}
