internal import Synchronization

extension Console {
  /// Warns of what somebody outside can cause as often as he likes: once a minute and cause, with
  /// the number of times. Debug messages show each.
  ///
  /// - Parameters:
  ///   - kind: What happens, the same for all of its kind.
  ///   - reason: Why, without whom it happened to.
  ///   - event: Members of an `error` event that says the same.
  ///   - level: How important it is.
  package func warn(
    _ kind: String, _ reason: String, _ text: String, _ details: [(String, JSONValue)] = [],
    event: [(String, JSONValue)]? = nil, level: Level = .warning
  ) {
    let report = Repeats.Report(level: level, text: text, details: details, event: event)
    let cause = Repeats.Cause(kind: kind, reason: Repeats.withoutParticulars(reason))
    let now = uptime()
    if let saying = repeats.withLock({ $0.note(cause, report, at: now) }) {
      say(saying)
    } else {
      log(.debug, text, details)
    }
  }

  /// Says what is due, as it becomes due, until the task is cancelled.
  package func watchRepeats() async {
    while !Task.isCancelled {
      let wait = repeats.withLock { $0.wait(at: uptime()) } ?? Repeats.interval
      do { try await Task.sleep(for: max(wait, .milliseconds(1))) } catch { return }
      sayDueRepeats()
    }
  }

  /// Says what has happened again and is due.
  func sayDueRepeats() {
    let now = uptime()
    for saying in repeats.withLock({ $0.due(at: now) }) { say(saying) }
  }

  /// Says all that has happened again and has not been said.
  func sayRemainingRepeats() {
    let now = uptime()
    for saying in repeats.withLock({ $0.rest(at: now) }) { say(saying) }
  }

  private func say(_ saying: Repeats.Saying) {
    let count: [(String, JSONValue)] = [("count", .unsigned(saying.count))]
    log(saying.report.level, saying.text, saying.report.details + (saying.count > 1 ? count : []))
    if let members = saying.report.event { event("error", members + count) }
  }
}
