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
    ignoreBrokenPipes()
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
        for await signal in signals {
          let status: ExitStatus = signal == .sigint ? .interrupted : .terminated
          guard received.take(status) else { exit(status.rawValue) }
          console.log(.notice, "stopping: what is in flight is finished first")
          await group.triggerGracefulShutdown()
        }
      }
      await tasks.next()
      tasks.cancelAll()
    }
    return received.status
  }

  /// A reader that goes away is an error of the write, not a reason to die without a word.
  private static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
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
