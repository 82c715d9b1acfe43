internal import Glibc
package import PouchCore
internal import Synchronization

/// Wakes threads that wait for input when there is no more use for it: at first for new input
/// alone, and then for the rest of what has begun as well.
package final class Interrupt: Sendable {
  /// For new input.
  private let fresh: Alarm
  /// For the rest of an object of which a part is on its way.
  private let begun: Alarm

  /// - Throws: `.internal` when there is no pipe.
  package init() throws(PouchError) {
    fresh = try Alarm()
    begun = try Alarm()
  }

  /// Whether nothing more is read at all.
  package var isTriggered: Bool { begun.reason != nil }

  /// Wakes everybody who waits, and everybody who will.
  ///
  /// - Parameter error: What they throw; the first one counts.
  package func trigger(_ error: PouchError) {
    fresh.trigger(error)
    begun.trigger(error)
  }

  /// Wakes those who wait for new input, now and later: what has begun is read to its end.
  ///
  /// - Parameter error: What they throw; the first one counts.
  package func stopTaking(_ error: PouchError) { fresh.trigger(error) }

  /// Waits until `descriptor` has something to read, or has ended. Blocks.
  ///
  /// - Parameters:
  ///   - isBegun: Whether it is the rest of an object that is on its way.
  ///   - cancellation: Ends this wait alone.
  /// - Throws: What `trigger`, or the cancellation, was given, once it was called, when there is
  ///   nothing to read.
  func wait(
    for descriptor: Int32, isBegun: Bool, or cancellation: Alarm
  ) throws(PouchError) {
    let alarm = isBegun ? begun : fresh
    guard !alarm.wait(for: descriptor, POLLIN, or: cancellation) else { return }
    try check(isBegun: isBegun)
    if let error = cancellation.reason { throw error }
  }

  /// Waits until nobody reads from the pipe or socket `descriptor` any more. Blocks.
  ///
  /// - Returns: false when `trigger` was called before.
  func waitForHangUp(of descriptor: Int32) -> Bool { begun.wait(for: descriptor, 0) }

  /// - Throws: What `trigger` was given, once it was called.
  func check(isBegun: Bool = false) throws(PouchError) {
    if let error = (isBegun ? begun : fresh).reason { throw error }
  }
}

/// A pipe that has something to read once it was triggered.
final class Alarm: Sendable {
  private let read: FileHandle
  private let write: FileHandle
  private let state = Mutex<PouchError?>(nil)

  init() throws(PouchError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system(.internal, "no pipe", errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    read = FileHandle(ends[0])
    write = FileHandle(ends[1])
  }

  var reason: PouchError? { state.withLock { $0 } }

  func trigger(_ error: PouchError) {
    let isFirst = state.withLock { reason in
      defer { reason = reason ?? error }
      return reason == nil
    }
    guard isFirst else { return }
    var byte: UInt8 = 0
    _ = retrying { Glibc.write(write.number, &byte, 1) }
  }

  /// Waits for `events` of `descriptor`, or its end, or this alarm, or another one.
  ///
  /// - Returns: Whether the descriptor has something.
  func wait(for descriptor: Int32, _ events: Int32, or other: Alarm? = nil) -> Bool {
    var waits = [
      pollfd(fd: descriptor, events: Int16(events), revents: 0),
      pollfd(fd: read.number, events: Int16(POLLIN), revents: 0),
    ]
    if let other { waits.append(pollfd(fd: other.read.number, events: Int16(POLLIN), revents: 0)) }
    _ = retrying { poll(&waits, nfds_t(waits.count), -1) }
    return waits[0].revents != 0
  }
}
