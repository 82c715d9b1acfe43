package import PouchCommand
internal import PouchCore

/// What `pouch-bench compare` does.
package struct CompareCommand: Sendable {
  package var before: String
  package var after: String
  package var failIf: [String] = []
  /// As it was written, such as `5%`.
  package var tolerance: String?
  private let console: Console

  package init(_ before: String, _ after: String, _ console: Console) {
    self.before = before
    self.after = after
    self.console = console
  }

  /// Compares and tells.
  ///
  /// - Returns: The number of the exit status; what went wrong has been told.
  package func run() async -> Int32 {
    do throws(PouchError) {
      let thresholds = try failIf.map { (text) throws(PouchError) in try Threshold(text) }
      let tolerance = try tolerance.map { (text) throws(PouchError) in
        try CompareCommand.share(text)
      }
      let comparison = try Comparison(
        read(before), read(after), thresholds: thresholds,
        tolerance: tolerance ?? Difference.usualTolerance)
      try await console.result(comparison.text())
      return comparison.failures.isEmpty
        ? ExitStatus.success.rawValue : BenchStatus.thresholdCrossed
    } catch {
      return await console.finish(console.end(with: error)).rawValue
    }
  }

  private func read(_ path: String) throws(PouchError) -> Report {
    try Report(json: SystemFile.bytes(path), name: path)
  }

  private static func share(_ text: String) throws(PouchError) -> Double {
    guard text.hasSuffix("%"), text.dropLast().allSatisfy({ ".0123456789".contains($0) }),
      let percent = Double(text.dropLast()), percent <= 100
    else {
      throw PouchError(
        .usage, "--tolerance \(text): it is a percentage from 0% to 100%", hint: "write 5%")
    }
    return percent / 100
  }
}
