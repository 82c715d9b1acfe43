import ArgumentParser
import Foundation
import Glibc
import Pouch
import Synchronization

/// Holds one end of many silent connections, and says what they cost.
struct Hold: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Holds connections for the measurement of their memory.", shouldDisplay: false)

  /// Connections that are open before the memory is looked at first.
  private static let first = 10

  @Option(help: "tcp, unix or tls.")
  var carrier: String

  @Option(help: "How many connections.")
  var count: Int

  @Option(help: "Where the certificates lie.")
  var credentials: String

  @Option(help: "Where the receiver listens; without it, this is the receiver.")
  var to: String?

  func run() async throws {
    alarm(120)
    guard let carrier = Carrier(rawValue: carrier) else {
      throw ValidationError("--carrier is tcp, unix or tls")
    }
    DescriptorLimit.raise(connections: count)
    let link = PouchLink(
      carrier: carrier, acknowledge: .processed,
      credentials: carrier == .tls ? Credentials(adopting: credentials) : nil, connections: count)
    if let to {
      try await send(link, try Endpoint(to))
    } else {
      try await receive(link)
    }
  }

  // MARK: Receiving

  private func receive(_ link: PouchLink) async throws {
    let (connected, announce) = AsyncStream.makeStream(of: Void.self)
    var options = link.receiving
    options.onEvent = { event in
      if case .connected = event { announce.yield() }
    }
    let receiver = Receiver(on: link.endpoint, options: options)
    guard let bound = try await receiver.bind().first else {
      throw VerificationError(reason: "the receiver bound nothing")
    }
    async let served: Void = receiver.run { _ in }
    say("\(bound)")
    var arrivals = connected.makeAsyncIterator()
    try await hear()
    for _ in 0..<Self.first { _ = await arrivals.next() }
    let before = try Self.resident()
    say("first")
    try await hear()
    for _ in Self.first..<count { _ = await arrivals.next() }
    say("\(Double(try Self.resident() - before) / Double(count - Self.first))")
    _ = try? await hear()
    receiver.stop()
    try await served
  }

  // MARK: Sending

  private func send(_ link: PouchLink, _ endpoint: Endpoint) async throws {
    let (connected, announce) = AsyncStream.makeStream(of: Void.self)
    let finish = Finish()
    try await withThrowingTaskGroup(of: Void.self) { group in
      func add(_ number: Int) {
        for _ in 0..<number {
          group.addTask {
            try await withSender(to: endpoint, options: link.sending) { _ in
              announce.yield()
              await finish.wait()
            }
          }
        }
      }
      var arrivals = connected.makeAsyncIterator()
      add(Self.first)
      for _ in 0..<Self.first { _ = await arrivals.next() }
      let before = try Self.resident()
      say("first")
      try await hear()
      add(count - Self.first)
      for _ in Self.first..<count { _ = await arrivals.next() }
      say("\(Double(try Self.resident() - before) / Double(count - Self.first))")
      _ = try? await hear()
      finish.begin()
      try await group.waitForAll()
    }
  }

  // MARK: Talking

  private func say(_ line: String) {
    print(line)
    fflush(nil)
  }

  /// Waits for a line, on a thread of its own.
  private func hear() async throws {
    try await onThread {
      guard readLine() != nil else { throw VerificationError(reason: "nobody asks any more") }
    }
  }

  /// What this process has of memory that is its own, in KiB.
  private static func resident() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    guard let number = line?.split(separator: " ").dropLast().last.flatMap({ Int($0) }) else {
      throw VerificationError(reason: "the kernel does not tell RssAnon")
    }
    return number
  }
}

/// Where the senders wait until it is over.
private final class Finish: Sendable {
  private struct State {
    var isOver = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.isOver { state.waiting.append(continuation) }
        return state.isOver
      }
      if isOver { continuation.resume() }
    }
  }

  func begin() {
    let waiting = state.withLock { state in
      state.isOver = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for one in waiting { one.resume() }
  }
}
