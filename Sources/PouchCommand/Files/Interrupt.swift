internal import Glibc
package import PouchCore
internal import Synchronization

/// Wakes threads that wait for input when there is no more use for it.
package final class Interrupt: Sendable {
  private let read: FileHandle
  private let write: FileHandle
  private let reason = Mutex<PouchError?>(nil)

  /// - Throws: `.internal` when there is no pipe.
  package init() throws(PouchError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system(.internal, "no pipe", errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    read = FileHandle(ends[0])
    write = FileHandle(ends[1])
  }

  package var isTriggered: Bool { reason.withLock { $0 != nil } }

  /// Wakes everybody who waits, and everybody who will.
  ///
  /// - Parameter error: What they throw; the first one counts.
  package func trigger(_ error: PouchError) {
    let isFirst = reason.withLock { reason in
      defer { reason = reason ?? error }
      return reason == nil
    }
    guard isFirst else { return }
    var byte: UInt8 = 0
    _ = retrying { Glibc.write(write.number, &byte, 1) }
  }

  /// Waits until `descriptor` has something to read, or has ended. Blocks.
  ///
  /// - Throws: What `trigger` was given, once it was called, when there is nothing to read.
  func wait(for descriptor: Int32) throws(PouchError) {
    var waits = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: read.number, events: Int16(POLLIN), revents: 0),
    ]
    _ = retrying { poll(&waits, 2, -1) }
    if waits[0].revents == 0 { try check() }
  }

  /// Waits until nobody reads from the pipe or socket `descriptor` any more. Blocks.
  ///
  /// - Returns: false when `trigger` was called before.
  func waitForHangUp(of descriptor: Int32) -> Bool {
    var waits = [
      pollfd(fd: descriptor, events: 0, revents: 0),
      pollfd(fd: read.number, events: Int16(POLLIN), revents: 0),
    ]
    _ = retrying { poll(&waits, 2, -1) }
    return waits[0].revents != 0
  }

  /// - Throws: What `trigger` was given, once it was called.
  func check() throws(PouchError) {
    if let error = reason.withLock({ $0 }) { throw error }
  }
}
