internal import Glibc
internal import PouchCore
internal import PouchSockets
internal import Synchronization

/// A descriptor of this process that takes lines about what happens.
///
/// A caller leaves its line here and goes on; a thread of the stream's own writes it, because a pipe
/// that nobody reads stops the thread that writes to it for good. What waits is bounded: a line for which
/// there is no room is dropped, unless its owner waits for room. A descriptor that takes none, such as
/// a file on a full disk, stops nobody's work either. Lines that were dropped are counted, and how many
/// is told in their place, as soon as lines are taken again.
final class StatusStream: Sendable {
  /// Lines that were dropped.
  struct Loss: Sendable {
    enum Reason: Sendable {
      /// The descriptor took no more.
      case failure(SystemOutput.Failure)
      /// What reads the descriptor was too slow.
      case full
    }

    var count: UInt64
    /// Why the first of them was.
    let reason: Reason
  }

  /// What is to be written.
  struct Line: Sendable {
    /// With its end.
    var text: String
    /// The line that tells what was dropped in the place of this one.
    var note: @Sendable (Loss) -> String
  }

  /// How much a line matters.
  enum Weight: Sendable {
    /// It is worth showing when nothing else waits.
    case progress
    /// It is dropped when there is no room for it.
    case message
    /// It is one of the few at the end, which have room always.
    case last
  }

  private enum Item: Sendable {
    case line(Line)
    /// Lines that stood here; the line is the first of them.
    case dropped(UInt64, Line)
  }

  private struct State {
    /// What waits, in its order.
    var items: [Item] = []
    /// How many bytes wait or are being written.
    var bytes = 0
    /// The thread has work, or is about to look for it.
    var isWriting = false
    /// All that were dropped; nil when none was.
    var loss: Loss?
    /// Who waits for room, and who for the end of the writing.
    var waiting: [UInt64: UnsafeContinuation<Void, Never>] = [:]
    var waits: UInt64 = 0

    mutating func lose(_ count: UInt64, _ reason: Loss.Reason) {
      loss = Loss(count: (loss?.count ?? 0) + count, reason: loss?.reason ?? reason)
    }
  }

  /// What the thread alone knows, in its own lock because it is kept between two runs of it.
  private struct Writing {
    /// Dropped since the last line that was written, because the descriptor took none.
    var failed: (loss: Loss, first: Line)?
    /// Whether the beginning of a line stands there, of which the rest was not taken.
    var isCut = false
  }

  /// A line on its way out.
  private struct Written {
    var text: String
    /// How many lines it stands for.
    var stands: UInt64
    /// Whether these have not been counted as dropped.
    var isNew: Bool
    var source: Line
  }

  /// How many bytes wait at most.
  private static let capacity = 256 << 10
  /// How many bytes are written at once: with them room is made again.
  private static let most = 32 << 10

  private let descriptor: Int32
  private let pool = BlockingPool(threads: 1)
  private let state = Mutex(State())
  private let writing = Mutex(Writing())

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// All that was dropped so far; nil when nothing was.
  var loss: Loss? { state.withLock { $0.loss } }

  /// Whether nothing waits and nothing is being written.
  var isIdle: Bool { state.withLock { !$0.isWriting } }

  // MARK: Lines

  /// Leaves a line to be written.
  func add(_ line: Line, _ weight: Weight = .message) {
    let begins = state.withLock { state -> Bool in
      switch weight {
      case .progress where state.isWriting: return false
      case .message where !StatusStream.hasRoom(for: line, state):
        drop(line, &state)
        return false
      default: return append(line, &state)
      }
    }
    if begins { begin() }
  }

  /// Leaves a line to be written, once there is room for it. It is dropped only when the task is
  /// cancelled before that.
  func addWaiting(_ line: Line) async {
    while true {
      let begins = state.withLock { state -> Bool? in
        StatusStream.hasRoom(for: line, state) ? append(line, &state) : nil
      }
      if let begins {
        if begins { begin() }
        return
      }
      await wait { !StatusStream.hasRoom(for: line, $0) }
      if Task.isCancelled { return add(line) }
    }
  }

  /// Waits until everything has been written, or the task is cancelled.
  func drain() async {
    while !Task.isCancelled, !isIdle {
      await wait { $0.isWriting }
    }
  }

  private static func hasRoom(for line: Line, _ state: State) -> Bool {
    state.bytes == 0 || state.bytes + line.text.utf8.count <= capacity
  }

  /// - Returns: Whether the thread must be told.
  private func append(_ line: Line, _ state: inout State) -> Bool {
    state.items.append(.line(line))
    state.bytes += line.text.utf8.count
    defer { state.isWriting = true }
    return !state.isWriting
  }

  private func drop(_ line: Line, _ state: inout State) {
    state.lose(1, .full)
    if case .dropped(let count, let first) = state.items.last {
      state.items[state.items.count - 1] = .dropped(count + 1, first)
    } else {
      state.items.append(.dropped(1, line))
    }
  }

  /// Waits until something was written, unless that is not needed, or the task is cancelled.
  private func wait(while isNeeded: (State) -> Bool) async {
    let number = state.withLock { state in
      state.waits += 1
      return state.waits
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let waits = state.withLock { state in
          guard isNeeded(state), !Task.isCancelled else { return false }
          state.waiting[number] = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
    }
  }

  // MARK: Writing

  private func begin() {
    do throws(PouchError) {
      try pool.submit { self.write() }
    } catch {
      // There is no memory for a thread, and what is said is most likely why.
      write()
    }
  }

  /// Writes until nothing waits.
  private func write() {
    writing.withLock { writing in
      while true {
        let items = state.withLock { state in
          defer { state.items = [] }
          return state.items
        }
        var start = 0
        while start < items.count {
          let end = StatusStream.batch(items, from: start)
          write(items[start..<end], &writing)
          start = end
        }
        let (isOver, waiting) = state.withLock { state in
          state.isWriting = !state.items.isEmpty
          defer { if !state.isWriting { state.waiting = [:] } }
          return (!state.isWriting, state.isWriting ? [] : Array(state.waiting.values))
        }
        for continuation in waiting { continuation.resume() }
        if isOver { return }
      }
    }
  }

  /// - Returns: The end of the items from `start` on that are written at once.
  private static func batch(_ items: [Item], from start: Int) -> Int {
    var end = start
    var bytes = 0
    while end < items.count, bytes < most {
      if case .line(let line) = items[end] { bytes += line.text.utf8.count }
      end += 1
    }
    return end
  }

  /// Writes some items, and makes room.
  private func write(_ items: ArraySlice<Item>, _ writing: inout Writing) {
    var lines: [Written] = []
    var bytes = 0
    for item in items {
      switch item {
      case .line(let line):
        lines.append(Written(text: line.text, stands: 1, isNew: true, source: line))
        bytes += line.text.utf8.count
      case .dropped(let count, let first):
        let note = first.note(Loss(count: count, reason: .full))
        lines.append(Written(text: note, stands: count, isNew: false, source: first))
      }
    }
    var head = writing.isCut ? "\n" : ""
    if let failed = writing.failed { head += failed.first.note(failed.loss) }
    let failure: SystemOutput.Failure?
    do throws(SystemOutput.Failure) {
      try SystemOutput.write(head + lines.map(\.text).joined(), to: descriptor)
      failure = nil
      (writing.isCut, writing.failed) = (false, nil)
    } catch {
      failure = error
    }
    var lost: UInt64 = 0
    if let failure {
      lost = note(failure, lines, head: head.utf8.count, &writing)
    }
    let waiting = state.withLock { state in
      state.bytes -= bytes
      if let failure, lost > 0 { state.lose(lost, .failure(failure)) }
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Finds out which of the lines stand there.
  ///
  /// - Returns: How many do not that were not counted before.
  private func note(
    _ failure: SystemOutput.Failure, _ lines: [Written], head: Int, _ writing: inout Writing
  ) -> UInt64 {
    var end = head
    if failure.written > 0 { writing.isCut = true }
    if failure.written >= head { writing.failed = nil }
    var lost: UInt64 = 0
    for line in lines {
      end += line.text.utf8.count
      if end == failure.written { writing.isCut = false }
      guard end > failure.written else { continue }
      if line.isNew { lost += line.stands }
      let (loss, first) =
        writing.failed ?? (Loss(count: 0, reason: .failure(failure)), line.source)
      writing.failed = (Loss(count: loss.count + line.stands, reason: loss.reason), first)
    }
    return lost
  }
}
