internal import Synchronization

/// How progress is shown.
package enum ProgressStyle: Sendable {
  case none
  /// One line on a terminal, which is rewritten.
  case line
  /// A line from time to time.
  case lines
  /// Events on stdout.
  case events

  /// How long at least between two times.
  fileprivate var interval: Duration {
    switch self {
    case .none, .line: .milliseconds(100)
    case .events: .seconds(1)
    case .lines: .seconds(2)
    }
  }
}

/// Counts what moves, and shows it now and then.
package final class ProgressMeter: Sendable {
  /// What the command is busy with.
  package enum Phase: String, Sendable {
    case connecting
    case waitingForReceiver = "waiting for a receiver"
    case reading, sending
    case waitingForAcknowledgement = "waiting for acknowledgement"
    case receiving
  }

  /// What has moved so far.
  package struct Figures: Sendable, Equatable {
    package var phase: Phase
    package var objects: UInt64 = 0
    package var bytes: UInt64 = 0
    /// All that there is to move, when that is known.
    package var total: UInt64?
  }

  private let style: ProgressStyle
  private let console: Console
  private let start = ContinuousClock.now
  private let figures: Mutex<Figures>

  package init(_ style: ProgressStyle, _ console: Console, phase: Phase, total: UInt64? = nil) {
    self.style = style
    self.console = console
    figures = Mutex(Figures(phase: phase, total: total))
  }

  package func enter(_ phase: Phase) { figures.withLock { $0.phase = phase } }
  package func add(bytes: Int) { figures.withLock { $0.bytes += UInt64(bytes) } }
  package func addObject() { figures.withLock { $0.objects += 1 } }

  package var now: Figures { figures.withLock { $0 } }
  package var elapsed: Duration { ContinuousClock.now - start }

  /// Shows progress until the task is cancelled, and takes it away then.
  package func run() async {
    guard style != .none else { return }
    var shown: Figures?
    while true {
      do { try await Task.sleep(for: style.interval) } catch { break }
      let now = now
      // A line that is rewritten goes on telling the time; others speak when there is news.
      guard style == .line || now != shown else { continue }
      shown = now
      show(now)
    }
    if style == .line { console.showProgress("") }
  }

  private func show(_ figures: Figures) {
    switch style {
    case .none: break
    case .line: console.showProgress(text(figures))
    case .lines: console.log(.info, text(figures))
    case .events:
      var members: [(String, JSONValue)] = [
        ("phase", .text(figures.phase.rawValue)), ("objects", .unsigned(figures.objects)),
        ("bytes", .unsigned(figures.bytes)),
      ]
      if let total = figures.total { members.append(("total", .unsigned(total))) }
      members.append(("seconds", .number(elapsed / .seconds(1))))
      console.event("progress", members)
    }
  }

  private func text(_ figures: Figures) -> String {
    let elapsed = elapsed
    var parts = [figures.phase.rawValue]
    if let total = figures.total, total > 0 {
      let percent = Int(Double(figures.bytes) / Double(total) * 100)
      parts.append(
        "\(percent)% (\(HumanText.size(figures.bytes)) of \(HumanText.size(total)))")
    } else {
      parts.append(HumanText.size(figures.bytes))
    }
    parts.append(HumanText.count(figures.objects, "object"))
    parts.append(HumanText.rate(figures.bytes, in: elapsed))
    if let total = figures.total, figures.bytes > 0, figures.bytes < total {
      let rest = Double(total - figures.bytes) / Double(figures.bytes)
      parts.append("\(HumanText.duration(elapsed * rest)) left")
    }
    return parts.joined(separator: ", ")
  }
}
