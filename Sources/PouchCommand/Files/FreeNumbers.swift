internal import Synchronization

/// Finds numbers for names that are taken, as in `report.pdf.1`, at a cost that does not grow with how
/// many are.
final class FreeNumbers: Sendable {
  /// How many names are remembered; what was known of others is found out again.
  private static let mostNames = 1024

  /// By name, the number after the one that was given last.
  private let next = Mutex<[String: Int]>([:])

  /// Takes a free number for `name`.
  ///
  /// - Parameters:
  ///   - isTaken: Looks whether a number is taken.
  ///   - claim: Takes a number, and returns false when somebody else has it.
  /// - Returns: The number, from 1 on; nil when there is none.
  /// - Throws: What `claim` throws.
  func claim<E: Error>(
    _ name: String, isTaken: (Int) -> Bool, claim: (Int) throws(E) -> Bool
  ) throws(E) -> Int? {
    var candidate = next.withLock { $0[name] } ?? FreeNumbers.free(after: 0, isTaken)
    while let number = candidate {
      if try claim(number) {
        remember(number, name)
        return number
      }
      candidate = FreeNumbers.free(after: number, isTaken)
    }
    return nil
  }

  /// How many names are remembered.
  var count: Int { next.withLock { $0.count } }

  /// Forgets everything, for a directory that is another one now.
  func forget() { next.withLock { $0 = [:] } }

  private func remember(_ number: Int, _ name: String) {
    next.withLock { next in
      if next[name] == nil, next.count >= FreeNumbers.mostNames { next = [:] }
      next[name] = max(next[name] ?? 0, number + 1)
    }
  }

  /// A number above `taken` that is free: looks in steps that double until one is, then halves the
  /// last step. Numbers that were given in a row are passed in twice the logarithm of their count.
  private static func free(after taken: Int, _ isTaken: (Int) -> Bool) -> Int? {
    var (low, step) = (taken, 1)
    var high = low + step
    while isTaken(high) {
      low = high
      step *= 2
      guard high < Int.max / 4 else { return nil }
      high = low + step
    }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if isTaken(middle) { low = middle } else { high = middle }
    }
    return high
  }
}
