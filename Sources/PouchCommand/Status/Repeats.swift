/// Says once a minute and cause what somebody outside can make happen as often as he likes, with the
/// number of times.
///
/// A value that is told the time. Its memory is bounded, however many causes there are.
struct Repeats: Sendable {
  /// What makes two events the same.
  struct Cause: Hashable, Sendable {
    /// What happens: one of a few words of this program's.
    var kind: String
    /// Why, without whom it happened to.
    var reason: String
  }

  /// Something to say.
  struct Report: Sendable {
    var level = Console.Level.warning
    var text: String
    var details: [(String, JSONValue)] = []
    /// Members of an event that says the same, without how often; nil for none.
    var event: [(String, JSONValue)]?
  }

  /// What is said now.
  struct Saying: Sendable {
    /// The last of those that it stands for.
    var report: Report
    /// How many it stands for.
    var count: UInt64
    /// In which time they happened.
    var time: Duration

    var text: String {
      count == 1
        ? report.text : "\(report.text) (\(count) times in the last \(HumanText.span(time)))"
    }
  }

  private struct Entry: Sendable {
    /// When it was last said.
    var said: Duration
    /// What has happened since.
    var count: UInt64 = 0
    var latest: Report?
  }

  /// The shortest time between two reports of one cause.
  static let interval = Duration.seconds(60)
  /// How many causes are told apart; more count as one of their kind.
  static let mostCauses = 64

  private var entries: [Cause: Entry] = [:]

  /// A reason without what somebody outside may choose as he likes: numbers, and what stands in quotes
  /// or parentheses. Otherwise he makes as many causes as he likes.
  static func withoutParticulars(_ reason: String) -> String {
    var general = ""
    /// What ends the part that is left out.
    var closing: Character?
    for character in reason {
      if let awaited = closing {
        if character == awaited { closing = nil }
      } else if character == "'" || character == "(" {
        closing = character == "(" ? ")" : "'"
      } else if !character.isNumber {
        general.append(character)
      }
    }
    return general
  }

  /// Takes note of an event.
  ///
  /// - Parameter now: A time that never goes back.
  /// - Returns: What is to be said, if anything.
  mutating func note(_ cause: Cause, _ report: Report, at now: Duration) -> Saying? {
    var cause = cause
    if entries[cause] == nil, entries.count >= Repeats.mostCauses { cause.reason = "" }
    guard var entry = entries[cause] else {
      entries[cause] = Entry(said: now)
      return Saying(report: report, count: 1, time: .zero)
    }
    entry.count += 1
    entry.latest = report
    entries[cause] = entry
    return now - entry.said >= Repeats.interval ? say(cause, at: now) : nil
  }

  /// What has happened again since it was last said, where that is a minute ago; a cause of which
  /// that is nothing is forgotten.
  mutating func due(at now: Duration) -> [Saying] {
    let due = entries.filter { now - $0.value.said >= Repeats.interval }
    return due.keys.compactMap { say($0, at: now) }
  }

  /// All that has not been said, for the end.
  mutating func rest(at now: Duration) -> [Saying] {
    entries.keys.compactMap { say($0, at: now) }
  }

  /// How long after `now` something is due; nil when nothing will be.
  func wait(at now: Duration) -> Duration? {
    entries.values.map { $0.said + Repeats.interval - now }.min()
  }

  private mutating func say(_ cause: Cause, at now: Duration) -> Saying? {
    guard let entry = entries[cause] else { return nil }
    guard let report = entry.latest else {
      entries[cause] = nil
      return nil
    }
    entries[cause] = Entry(said: now)
    return Saying(report: report, count: entry.count, time: now - entry.said)
  }
}
