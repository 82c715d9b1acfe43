internal import CPouchSystem
package import PouchCore
internal import Synchronization

/// One thread that waits for its sockets and timers, and runs the tasks that prefer it.
///
/// It is a `TaskExecutor` and deliberately not a `SerialExecutor` as well: jobs run with
/// `runSynchronously(on:)` as task executor, so that the runtime sees that a task is where it
/// should be, and calls between its functions never go back through the queue.
///
/// `@unchecked Sendable`: what is not immutable or behind a `Mutex` is touched by the loop's own
/// thread alone, which `isCurrent` tells.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
  /// What other threads leave for the loop.
  private struct Inbox {
    var jobs: [UnownedJob] = []
    var timers = TimerHeap<@Sendable () -> Void>()
    /// The thread waits in epoll, or is about to without looking here again.
    var isAsleep = false
    var isStopping = false
  }

  /// How many jobs run before sockets are looked at again.
  private static let jobsBetweenPolls = 64
  /// How many reads and writes in a row may find the kernel ready before a task lets others run,
  /// and how many bytes they may move.
  private static let operationsBetweenPolls = 32
  private static let bytesBetweenPolls = 256 << 10
  /// The token of `wakeUp`; sockets' tokens hold a slot number, which never gets there.
  private static let wakeUpToken = UInt64.max

  private let epoll: Int32
  private let wakeUp: Int32
  private let inbox = Mutex(Inbox())
  private let sockets = Mutex(SocketTable())

  // The loop's thread alone, from here on.
  private var jobs: [UnownedJob] = []
  private var running: [UnownedJob] = []
  private var operations = 0
  private var bytes = 0
  private var yielding: [UnsafeContinuation<Void, Never>] = []
  private var busyWait = BusyWait()
  /// A peer on the same machine needs a core of its own to answer while the loop looks.
  private let canLook = pouch_core_count() > 1

  /// A loop that has no thread yet.
  package init() throws(PouchError) {
    let epoll = pouch_epoll_create()
    guard epoll >= 0 else {
      throw .system(.internal, "no epoll instance for an event loop", errno: -epoll)
    }
    let wakeUp = pouch_eventfd()
    guard wakeUp >= 0 else {
      _ = pouch_close(epoll)
      throw .system(.internal, "no eventfd for an event loop", errno: -wakeUp)
    }
    // Edge-triggered: every write to it is an edge, and nobody has to read it.
    let result = pouch_epoll_add(epoll, wakeUp, EventLoop.wakeUpToken, 0)
    guard result >= 0 else {
      _ = pouch_close(wakeUp)
      _ = pouch_close(epoll)
      throw .system(.internal, "an event loop cannot watch its eventfd", errno: -result)
    }
    self.epoll = epoll
    self.wakeUp = wakeUp
  }

  deinit {
    _ = pouch_close(wakeUp)
    _ = pouch_close(epoll)
  }

  /// Starts the thread, which keeps the loop alive until `stop()`.
  package func start(name: String) throws(PouchError) {
    let context = Unmanaged.passRetained(self)
    let result = pouch_thread_start(
      name,
      { context in
        Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
      }, context.toOpaque())
    guard result >= 0 else {
      context.release()
      throw .system(.internal, "no thread for an event loop", errno: -result)
    }
  }

  /// Ends the thread once it has nothing to run. No task may prefer the loop from here on, and
  /// none of its streams may be in use.
  package func stop() {
    inbox.withLock { $0.isStopping = true }
    wake()
  }

  /// Whether the caller runs on the loop's thread.
  package var isCurrent: Bool {
    pouch_thread_owner() == UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
  }

  // MARK: Executor

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      jobs.append(job)
      return
    }
    let mustWake = inbox.withLock { inbox in
      inbox.jobs.append(job)
      defer { inbox.isAsleep = false }
      return inbox.isAsleep
    }
    if mustWake { wake() }
  }

  private func wake() {
    // It fails only with the counter full, and then the loop is about to be woken.
    _ = pouch_eventfd_add(wakeUp, 1)
  }

  /// Called before every operation that may find the kernel ready: lets others run first when its
  /// task has had the thread for long.
  @inline(__always)
  func beginOperation() async {
    guard isCurrent else { return }
    operations += 1
    guard operations > EventLoop.operationsBetweenPolls || bytes >= EventLoop.bytesBetweenPolls
    else { return }
    await yield()
  }

  /// Counts what an operation has moved.
  func endOperation(_ count: Int) {
    if isCurrent { bytes += count }
  }

  /// Lets every job that is due, and every socket that is ready, go first. `Task.yield()` would
  /// allocate a job of its own. The loop's own thread alone may call this.
  private func yield() async {
    await withUnsafeContinuation { yielding.append($0) }
  }

  // MARK: Timers

  package typealias Instant = ContinuousClock.Instant

  /// Something that will happen at a time, unless it is cancelled before.
  package struct Timer: Sendable {
    fileprivate let loop: EventLoop
    fileprivate let id: TimerHeap<@Sendable () -> Void>.ID

    /// - Returns: Whether the action will not run: false when it has, or is about to.
    @discardableResult
    package func cancel() -> Bool {
      loop.inbox.withLock { $0.timers.remove(id) } != nil
    }
  }

  /// Runs `action` on the loop's thread, not before `deadline`; it must not block.
  package func schedule(
    at deadline: Instant, _ action: @escaping @Sendable () -> Void
  ) -> Timer {
    let (id, mustWake) = inbox.withLock { inbox in
      let id = inbox.timers.insert(action, at: deadline)
      let mustWake = inbox.isAsleep && inbox.timers.earliest == deadline
      if mustWake { inbox.isAsleep = false }
      return (id, mustWake)
    }
    if mustWake { wake() }
    return Timer(loop: self, id: id)
  }

  /// Runs `action` on the loop's thread, not before `delay` has passed; it must not block.
  package func schedule(
    after delay: Duration, _ action: @escaping @Sendable () -> Void
  ) -> Timer {
    schedule(at: .now + delay, action)
  }

  // MARK: Sockets

  /// Watches a socket's descriptor from now on.
  func register(_ socket: Socket, _ descriptor: Int32, write: Bool) throws(PouchError) -> UInt64 {
    let token = sockets.withLock { $0.insert(socket) }
    let result = pouch_epoll_add(epoll, descriptor, token, write ? 1 : 0)
    guard result >= 0 else {
      sockets.withLock { $0.remove(token) }
      throw .system(.internal, "epoll cannot watch a socket", errno: -result)
    }
    return token
  }

  func setWriteInterest(_ isArmed: Bool, _ descriptor: Int32, _ token: UInt64) {
    let result = pouch_epoll_modify(epoll, descriptor, token, isArmed ? 1 : 0)
    precondition(result >= 0, "a socket in use is watched")
  }

  func unregister(_ descriptor: Int32, _ token: UInt64) {
    _ = pouch_epoll_remove(epoll, descriptor)
    sockets.withLock { $0.remove(token) }
  }

  // MARK: The thread

  private func run() {
    pouch_thread_set_owner(Unmanaged.passUnretained(self).toOpaque())
    let events = UnsafeMutableBufferPointer<pouch_event>.allocate(capacity: 128)
    defer { events.deallocate() }

    while let timeout = prepareToPoll() {
      if timeout == 0 {
        poll(events, 0)
      } else {
        wait(events, timeout)
        inbox.withLock { $0.isAsleep = false }
      }
      fireTimers()
      runJobs(events)
    }
  }

  /// Takes what others have left, and says how long to wait in epoll; nil when it is over.
  private func prepareToPoll() -> Int32? {
    operations = 0
    bytes = 0
    return inbox.withLock { inbox -> Int32? in
      if !inbox.jobs.isEmpty {
        // Swapping in both directions keeps the memory of both arrays in use.
        if jobs.isEmpty { swap(&jobs, &inbox.jobs) } else { jobs.append(contentsOf: inbox.jobs) }
        inbox.jobs.removeAll(keepingCapacity: true)
      }
      if !jobs.isEmpty { return 0 }
      if inbox.isStopping { return nil }
      guard let earliest = inbox.timers.earliest else {
        inbox.isAsleep = true
        return -1
      }
      let timeout = EventLoop.milliseconds(until: earliest)
      inbox.isAsleep = timeout != 0
      return timeout
    }
  }

  /// Rounded up, so that nothing is early and nobody spins through the last millisecond.
  private static func milliseconds(until deadline: Instant) -> Int32 {
    let (seconds, attoseconds) = (deadline - .now).components
    guard seconds > 0 || (seconds == 0 && attoseconds > 0) else { return 0 }
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return Int32(seconds) * 1000
      + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }

  /// Waits for an event: wide awake for a moment where that has paid, and then asleep.
  private func wait(_ events: UnsafeMutableBufferPointer<pouch_event>, _ timeout: Int32) {
    let begin = pouch_monotonic_time()
    let limit = canLook ? busyWait.limit : 0
    var now = begin
    while now - begin < limit {
      if poll(events, 0) { return busyWait.learn(now - begin, .found) }
      now = pouch_monotonic_time()
    }
    _ = poll(events, timeout)
    busyWait.learn(pouch_monotonic_time() - begin, limit > 0 ? .lookedInVain : .slept)
  }

  /// - Returns: Whether there was an event.
  @discardableResult
  private func poll(_ events: UnsafeMutableBufferPointer<pouch_event>, _ timeout: Int32) -> Bool {
    guard let base = events.baseAddress else { return false }
    let count = pouch_epoll_wait(epoll, base, Int32(events.count), timeout)
    precondition(count >= 0, "epoll has failed")
    for event in events.prefix(Int(count)) where event.token != EventLoop.wakeUpToken {
      // An event for a socket that was closed meanwhile finds nobody.
      let socket = sockets.withLock { $0[event.token] }
      socket?.becameReady(
        read: event.flags & UInt32(POUCH_EVENT_READ) != 0,
        write: event.flags & UInt32(POUCH_EVENT_WRITE) != 0,
        end: event.flags & UInt32(POUCH_EVENT_END) != 0)
    }
    return count > 0
  }

  private func fireTimers() {
    var now: Instant?
    while true {
      let action = inbox.withLock { inbox -> (@Sendable () -> Void)? in
        if inbox.timers.isEmpty { return nil }
        let instant = now ?? .now
        now = instant
        return inbox.timers.popDue(by: instant)
      }
      guard let action else { return }
      action()
    }
  }

  /// Runs what is due, and what that leaves behind: a reply is on its way before anybody waits.
  private func runJobs(_ events: UnsafeMutableBufferPointer<pouch_event>) {
    let executor = asUnownedTaskExecutor()
    var count = 0
    while !jobs.isEmpty, count < EventLoop.jobsBetweenPolls {
      swap(&jobs, &running)
      for job in running {
        if count > 0, count.isMultiple(of: EventLoop.jobsBetweenPolls) {
          operations = 0
          bytes = 0
          poll(events, 0)
        }
        count += 1
        job.runSynchronously(on: executor)
      }
      running.removeAll(keepingCapacity: true)
    }
    for continuation in yielding { continuation.resume() }
    yielding.removeAll(keepingCapacity: true)
  }
}
