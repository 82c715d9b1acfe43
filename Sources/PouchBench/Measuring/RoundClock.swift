internal import PouchCore
internal import Synchronization

/// Notes when a round's objects begin and end to be counted, and what the process has cost then.
///
/// It runs at the receiving side: from the arrival of the object that starts it to that of the last
/// one, so that connecting is not measured and nothing counts as sent before it has arrived. Where
/// the receiver is elsewhere, the sending side starts and stops it.
final class RoundClock: Sendable {
  private struct Reading: Sendable {
    var time: UInt64
    var cost: ProcessCost
    var calls: UInt64
  }

  private struct State {
    var first: Reading?
    var last: Reading?
    var readings: UInt64 = 0
  }

  /// Whether the sending side runs it.
  let runsAtSender: Bool
  private let counter: SystemCallCounter?
  private let state = Mutex(State())
  /// 0 before the start.
  private let startedAt = Atomic<UInt64>(0)

  init(_ counter: SystemCallCounter?, runsAtSender: Bool = false) {
    self.counter = counter
    self.runsAtSender = runsAtSender
  }

  /// When the objects began to be counted; nil while they have not.
  var startTime: UInt64? {
    let time = startedAt.load(ordering: .relaxed)
    return time == 0 ? nil : time
  }

  /// The first connection's start counts.
  func start() {
    state.withLock { state in
      guard state.first == nil else { return }
      let reading = read(&state)
      state.first = reading
      startedAt.store(reading.time, ordering: .relaxed)
    }
  }

  /// Says that nothing of this round will count: whoever waits for its end need not.
  func giveUp() { startedAt.store(1, ordering: .relaxed) }

  /// The last connection's end counts.
  func stop() {
    state.withLock { state in state.last = read(&state) }
  }

  private func read(_ state: inout State) -> Reading {
    let reading = Reading(
      time: MonotonicClock.now(), cost: .now(),
      calls: counter?.count(readings: state.readings) ?? 0)
    state.readings += 1
    return reading
  }

  /// What was measured for `objects` objects.
  ///
  /// - Throws: `.usage` when the time was too short to measure anything.
  func figures(
    _ objects: UInt64, latency: LatencyRecorder?, _ contender: String
  ) throws(PouchError) -> RoundFigures {
    let (first, last) = state.withLock { ($0.first, $0.last) }
    guard let first, let last, objects > 0, last.time > first.time else {
      throw PouchError(
        .usage, "\(contender): the round was over before an object was counted",
        hint: "give it longer: --duration, or --count")
    }
    let seconds = Double(last.time - first.time) / 1e9
    var figures = RoundFigures(objects: objects, seconds: seconds)
    let each = Double(objects)
    figures[.throughput] = each / seconds
    figures[.processor] = Double(last.cost.processor - first.cost.processor) / each
    figures[.switches] = Double(last.cost.switches - first.cost.switches) / each
    if counter != nil { figures[.systemCalls] = Double(last.calls - first.calls) / each }
    if let latency { figures.add(latency) }
    return figures
  }
}
