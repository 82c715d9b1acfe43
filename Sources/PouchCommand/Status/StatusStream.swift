internal import Glibc
internal import PouchCore

/// A descriptor of this process that takes lines about what happens.
///
/// That it takes none, such as a file on a full disk, stops nobody's work: the lines are counted and
/// dropped, and it is told how many as soon as it takes lines again.
struct StatusStream: Sendable {
  /// Lines that were dropped.
  struct Loss: Sendable {
    var count: UInt64
    /// Why the first of them was.
    let failure: SystemOutput.Failure
  }

  private let descriptor: Int32
  /// Dropped since the last line that was written.
  private var recent: Loss?
  /// All that were dropped; nil when none was.
  private(set) var loss: Loss?
  /// Whether the beginning of a line stands there, of which the rest was not taken.
  private var isCut = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Writes a line, with its end.
  ///
  /// - Parameter note: The line that tells what was dropped before.
  mutating func write(_ line: String, _ note: (Loss) -> String) {
    do throws(SystemOutput.Failure) {
      if isCut { try put("\n") }
      if let recent {
        try put(note(recent))
        self.recent = nil
      }
      try put(line)
    } catch {
      recent = Loss(count: (recent?.count ?? 0) + 1, failure: recent?.failure ?? error)
      loss = Loss(count: (loss?.count ?? 0) + 1, failure: loss?.failure ?? error)
    }
  }

  private mutating func put(_ text: String) throws(SystemOutput.Failure) {
    do throws(SystemOutput.Failure) {
      try SystemOutput.write(text, to: descriptor)
      isCut = false
    } catch {
      isCut = isCut || error.written > 0
      throw error
    }
  }
}
