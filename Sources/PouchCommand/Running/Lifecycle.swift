internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import UnixSignals

/// Runs a service until it has ended, or a signal has asked it to.
///
/// The first SIGINT or SIGTERM begins the drain: nothing new is taken, and what is in flight is
/// finished. When the time for that is over the service gives up what is not complete and tells the
/// peer; it then has a moment for a goodbye. The second signal ends the process at once.
enum Lifecycle {
  /// - Parameters:
  ///   - drain: How long the service may take once it was asked to stop.
  ///   - overdue: Tells how it went, when the service does not end at all.
  /// - Returns: The status for the signal that came, if one did.
  static func run(
    _ service: some Service, drain: Duration, _ console: Console,
    overdue: @escaping @Sendable (ExitStatus) -> Void
  ) async -> ExitStatus? {
    ignoreFailedWrites()
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(
          service: service, successTerminationBehavior: .gracefullyShutdownGroup,
          failureTerminationBehavior: .gracefullyShutdownGroup)
      ], logger: console.logger)
    configuration.maximumGracefulShutdownDuration = drain + grace
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
            let status = ExitStatus(signal)
            guard received.take(status) else { await end(with: status, console) }
            console.hurry(grace)
            console.log(
              .notice,
              "stopping: what is in flight is finished first, within \(HumanText.duration(drain))")
            watch.addTask {
              do { try await Task.sleep(for: drain + grace * 2) } catch { return }
              overdue(status)
              await end(with: status, console)
            }
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

  /// Lets what was said be written, for as long as that takes or until a signal comes.
  ///
  /// - Parameter status: How the command ends but for that.
  /// - Returns: How it ends.
  static func finish(_ status: ExitStatus, _ console: Console) async -> ExitStatus {
    await console.flush(within: .milliseconds(100))
    if console.isFlushed { return await console.finish(status) }
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    return await withTaskGroup(of: ExitStatus.self) { group in
      group.addTask { await console.finish(status) }
      group.addTask {
        for await signal in signals { return ExitStatus(signal) }
        return status
      }
      defer { group.cancelAll() }
      return await group.next() ?? status
    }
  }

  /// How long a service may take for its goodbye, and then to see that it was cancelled.
  private static let grace = Duration.seconds(1)

  /// Ends the process, whatever a thread of it may still wait for, such as a pipe that nobody
  /// reads.
  private static func end(with status: ExitStatus, _ console: Console) async -> Never {
    await console.flush(within: .milliseconds(100))
    exit(status.rawValue)
  }

  /// A reader that goes away, and a file that may not grow, are errors of the write, not reasons to
  /// die without a word.
  private static func ignoreFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }
}

extension ExitStatus {
  fileprivate init(_ signal: UnixSignal) {
    self = signal == .sigint ? .interrupted : .terminated
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
