import Foundation
import Synchronization

/// A program while it runs.
struct RunningProgram: Sendable {
  let name: String
  let processID: pid_t
  let transcript: Transcript

  func send(_ signal: Int32) { _ = kill(processID, signal) }

  /// Waits for a line that says where the program listens: in words, or as an event.
  func endpoint() async throws -> String {
    try await transcript.line { line in
      if let range = line.range(of: "listening on ") {
        return String(line[range.upperBound...].prefix { !$0.isWhitespace })
      }
      guard line.contains("\"listening\""), let range = line.range(of: "\"endpoint\":") else {
        return nil
      }
      let parts = line[range.upperBound...].split(separator: "\"", maxSplits: 2)
      return parts.first { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
    }
  }

  /// Waits for a line that holds `text`.
  @discardableResult
  func line(with text: String) async throws -> String {
    try await transcript.line { $0.contains(text) ? $0 : nil }
  }
}

/// What a program has said so far, and who waits for more.
final class Transcript: Sendable {
  struct Missing: Error, CustomStringConvertible {
    var lines: [String]
    var description: String {
      "the program ended without the line that was waited for:\n" + lines.joined(separator: "\n")
    }
  }

  private struct State {
    var output: [String] = []
    var errors: [String] = []
    var openStreams = 2
    var waiters: [AsyncStream<Void>.Continuation] = []
  }

  private let state = Mutex(State())

  var lines: (output: [String], errors: [String]) { state.withLock { ($0.output, $0.errors) } }

  func add(output line: String) { change { $0.output.append(line) } }
  func add(error line: String) { change { $0.errors.append(line) } }
  func end() { change { $0.openStreams -= 1 } }

  private func change(_ body: (inout State) -> Void) {
    let waiters = state.withLock { state in
      body(&state)
      return state.waiters
    }
    for waiter in waiters { waiter.yield() }
  }

  /// Waits for the first line that `match` makes something of.
  func line<R: Sendable>(_ match: (String) -> R?) async throws -> R {
    let (changes, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.waiters.append(continuation) }
    continuation.yield()
    for await _ in changes {
      let (lines, hasEnded) = state.withLock { ($0.output + $0.errors, $0.openStreams == 0) }
      if let found = lines.lazy.compactMap(match).first { return found }
      if hasEnded { throw Missing(lines: lines) }
    }
    throw CancellationError()
  }
}
