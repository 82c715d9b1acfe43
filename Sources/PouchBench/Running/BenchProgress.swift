internal import PouchCommand
internal import Synchronization

/// Shows what is measured, and how long it will go on.
final class BenchProgress: Sendable {
  private let style: ProgressStyle
  private let console: Console
  private let begin = MonotonicClock.now()
  private let shown = Mutex<UInt64>(0)

  init(_ style: ProgressStyle, _ console: Console) {
    self.style = style
    self.console = console
  }

  @Sendable func show(_ progress: BenchRunner.Progress) {
    let interval: UInt64
    switch style {
    case .none, .events: return
    case .line: interval = 100_000_000
    case .lines: interval = 2_000_000_000
    }
    let now = MonotonicClock.now()
    let isDue = shown.withLock { shown in
      guard now - shown >= interval else { return false }
      shown = now
      return true
    }
    guard isDue else { return }
    let line = text(progress, seconds: Double(now - begin) / 1e9)
    if case .line = style { console.showProgress(line) } else { console.log(.info, line) }
  }

  private func text(_ progress: BenchRunner.Progress, seconds: Double) -> String {
    var text = "\(Int(progress.share * 100))% \(progress.text)"
    if progress.share > 0.02 {
      let left = seconds / progress.share * (1 - progress.share)
      text += ", \(HumanText.duration(.seconds(left))) left"
    }
    return text
  }
}
