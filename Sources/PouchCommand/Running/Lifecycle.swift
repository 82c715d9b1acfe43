internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import UnixSignals

/// Runs a service until it has ended, or a signal has asked it to.
///
/// The first SIGINT or SIGTERM begins the drain: what is in flight is finished, within a deadline.
/// The second one ends the process at once.
enum Lifecycle {
  /// - Parameters:
  ///   - drain: How long the service may take once it was asked to stop; then it is cancelled.
  /// - Returns: The status for the signal that came, if one did.
  static func run(
    _ service: some Service, drain: Duration, _ console: Console
  ) async -> ExitStatus? {
    ignoreFailedWrites()
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(
          service: service, successTerminationBehavior: .gracefullyShutdownGroup,
          failureTerminationBehavior: .gracefullyShutdownGroup)
      ], logger: console.logger)
    configuration.maximumGracefulShutdownDuration = drain
    let group = ServiceGroup(configuration: configuration)
    let received = Received()
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        // What the service throws is its own to tell.
        try? await group.run()
      }
      tasks.addTask {
        await withDiscardingTaskGroup { watch in
          for await signal in signals {
            let status: ExitStatus = signal == .sigint ? .interrupted : .terminated
            guard received.take(status) else { exit(status.rawValue) }
            console.log(.notice, "stopping: what is in flight is finished first")
            watch.addTask { await end(with: status, after: drain + grace, console) }
            await group.triggerGracefulShutdown()
          }
        }
      }
      tasks.addTask { await console.watchRepeats() }
      await tasks.next()
      tasks.cancelAll()
    }
    console.sayRemainingRepeats()
    return received.status
  }

  /// How long a service that was cancelled may take.
  private static let grace = Duration.seconds(1)

  /// Ends the process, whatever a thread of it may still wait for, such as a pipe that nobody
  /// reads.
  private static func end(
    with status: ExitStatus, after time: Duration, _ console: Console
  ) async {
    do { try await Task.sleep(for: time) } catch { return }
    console.fail("stopped before everything in flight was finished", hint: nil)
    exit(status.rawValue)
  }

  /// A reader that goes away, and a file that may not grow, are errors of the write, not reasons to
  /// die without a word.
  private static func ignoreFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }
}

/// The first signal that came.
private final class Received: Sendable {
  private let state = Mutex<ExitStatus?>(nil)

  var status: ExitStatus? { state.withLock { $0 } }

  /// - Returns: Whether none came before.
  func take(_ status: ExitStatus) -> Bool {
    state.withLock { state in
      guard state == nil else { return false }
      state = status
      return true
    }
  }
}
