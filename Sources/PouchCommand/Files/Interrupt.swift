internal import Glibc
package import PouchCore
internal import Synchronization

/// Wakes threads that wait for input when the command is asked to stop.
package final class Interrupt: Sendable {
  private let read: FileHandle
  private let write: FileHandle
  private let flag = Atomic<Bool>(false)

  /// - Throws: `.internal` when there is no pipe.
  package init() throws(PouchError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system(.internal, "no pipe", errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    read = FileHandle(ends[0])
    write = FileHandle(ends[1])
  }

  package var isTriggered: Bool { flag.load(ordering: .relaxed) }

  /// Wakes everybody who waits, and everybody who will.
  package func trigger() {
    guard !flag.exchange(true, ordering: .relaxed) else { return }
    var byte: UInt8 = 0
    _ = retrying { Glibc.write(write.number, &byte, 1) }
  }

  /// Waits until `descriptor` has something to read, or has ended. Blocks.
  ///
  /// - Throws: `.cancelled` once `trigger` was called.
  func wait(for descriptor: Int32) throws(PouchError) {
    var waits = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: read.number, events: Int16(POLLIN), revents: 0),
    ]
    _ = retrying { poll(&waits, 2, -1) }
    try check()
  }

  /// - Throws: `.cancelled` once `trigger` was called.
  func check() throws(PouchError) {
    if isTriggered { throw PouchError(.cancelled, "interrupted") }
  }
}
