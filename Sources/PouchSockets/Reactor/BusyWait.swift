/// Decides whether a loop that has nothing to do looks again and again for a moment, instead of
/// sleeping at once: a value that is told the time.
///
/// Waking a thread takes longer than most answers over a local network, and more of the processor
/// too. Where the last waits were short the next one is likely to be, and looking is better for both
/// sides. Where it is not (the peer has no core of its own, or answers late) the loop finds out: a
/// look in vain doubles the number of short waits in a row that the next one needs, a look that
/// finds something halves it. A loop that waits for longer than `longest`, as an idle one does, just
/// sleeps.
///
/// A wait that the loop slept through includes its own waking, which looking would save. So it counts
/// as short up to twice as long: where waking takes 50 µs and more, as on many virtual machines, two
/// sides that answer at once would otherwise find each other's waits too long for ever.
struct BusyWait {
  /// The longest look that is worth it, in nanoseconds.
  static let longest: Int64 = 100_000
  /// The longest wait asleep that a look would have made short, in nanoseconds.
  static let longestAsleep: Int64 = 2 * longest
  private static let fewest = 8
  private static let most = 4096

  /// How many short waits in a row there have been.
  private var streak = 0
  /// How many there must be.
  private var needed = fewest

  /// How long to look before sleeping, in nanoseconds; 0 to sleep at once.
  var limit: Int64 {
    streak >= needed ? BusyWait.longest : 0
  }

  /// How a wait went.
  enum Course {
    /// The loop slept at once.
    case slept
    /// It looked, and there was something.
    case found
    /// It looked, and had to sleep after all.
    case lookedInVain
  }

  /// Learns from a wait that is over.
  ///
  /// - Parameter duration: How long it took, in nanoseconds.
  mutating func learn(_ duration: Int64, _ course: Course) {
    switch course {
    case .slept: break
    case .found: needed = max(needed / 2, BusyWait.fewest)
    case .lookedInVain: needed = min(needed * 2, BusyWait.most)
    }
    let isShort =
      switch course {
      case .slept: duration <= BusyWait.longestAsleep
      case .found: duration <= BusyWait.longest
      case .lookedInVain: false
      }
    streak = isShort ? streak + 1 : 0
  }
}
