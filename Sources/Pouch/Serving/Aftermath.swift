/// Tells when it is time to give back the memory that connections have used which have ended.
///
/// Each connection frees what it had, but the allocator keeps the pages: blocks that live longer lie
/// between. 1,024 silent peers at a time leave 28 MiB in this way. Giving pages back takes milliseconds,
/// so it is done when the process has grown and has become calm, and never for the few that come and go.
///
/// A value without a clock and without I/O: it is told of each end and, `calm` later, what is resident.
struct Aftermath: Sendable {
  enum Step: Sendable, Equatable {
    /// Connections are still ending, or memory still changes: ask again after `calm`.
    case again
    /// Free memory is to be given back; `gaveBack` follows.
    case giveBack
    /// There is nothing to do until another connection ends.
    case rest
  }

  /// By how much the process has to grow to be worth it.
  static let growth = 4 << 20
  /// How many ends in `calm` are too many to be calm.
  static let crowd = 100
  /// How much memory may change meanwhile.
  static let change = 1 << 20
  static let calm = Duration.seconds(1)
  private static let shortestPause = 5
  private static let longestPause = 320

  /// What was resident when there was nothing to give back.
  private var usual: Int
  private var last = 0
  private var ended = 0
  private var isWatching = false
  /// How many looks there are at least between two tries, and how many of them are left.
  private var pause = Aftermath.shortestPause
  private var wait = 0

  /// - Parameter resident: What is resident before anybody has connected.
  init(resident: Int) { usual = resident }

  /// Takes note of the end of a connection.
  ///
  /// - Returns: Whether to ask for the next step after `calm`; somebody does already otherwise.
  mutating func noteEnd() -> Bool {
    ended += 1
    defer { isWatching = true }
    return !isWatching
  }

  mutating func nextStep(resident: Int) -> Step {
    defer { (ended, last) = (0, resident) }
    usual = min(usual, resident)
    if resident - usual < Aftermath.growth, ended < Aftermath.crowd {
      isWatching = false
      return .rest
    }
    guard ended < Aftermath.crowd, abs(resident - last) < Aftermath.change else { return .again }
    guard wait == 0 else {
      wait -= 1
      return .again
    }
    isWatching = false
    return .giveBack
  }

  /// What is left may be in use, and become free when other connections end: there will be another try,
  /// the later the more were in vain.
  ///
  /// - Parameter resident: What is left.
  mutating func gaveBack(resident: Int) {
    let wasInVain = last - resident < Aftermath.growth
    pause = wasInVain ? min(pause * 2, Aftermath.longestPause) : Aftermath.shortestPause
    wait = pause
  }
}
