internal import CAffinity
import Foundation
import Glibc
import Pouch

/// The library's event loops, of which there are as many as the cores that this process may run on
/// when the first connection is made.
enum EventLoops {
  /// Starts so many: on as many cores, and all threads may then run on every core again.
  static func start(_ count: Int) async throws {
    try forEachThread { affinity_narrow($0, Int32(count)) }
    let receiver = Receiver(on: .tcp("127.0.0.1", 0))
    try await receiver.bind()
    receiver.stop()
    try forEachThread { affinity_widen($0) }
  }

  private static func forEachThread(_ change: (Int32) -> Int32) throws {
    for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
      guard let thread = Int32(entry) else { continue }
      let result = change(thread)
      // A thread that has ended meanwhile needs no place.
      guard result == 0 || result == ESRCH else {
        throw SystemCallError(
          call: "sched_setaffinity", reason: String(cString: strerror(result)))
      }
    }
  }
}
