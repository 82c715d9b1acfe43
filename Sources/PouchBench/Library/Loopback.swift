internal import CPouchSystem
internal import Glibc
internal import Pouch
internal import PouchCore
internal import PouchSockets
internal import PouchTLS

/// What both ends of every round share: event loops, threads and certificates.
///
/// Each end has event loops of its own, as two processes would: as many as there are connections,
/// and not more than there are processors. The baseline has as many threads.
final class Loopback: Sendable {
  /// How many event loops, or threads of the baseline, each end has.
  let threads: Int
  let sending: Reactor
  let receiving: Reactor
  /// A thread on which objects are sent at planned times. It may sleep there.
  let pacing: Reactor
  /// The threads of the baseline.
  let pool: BlockingPool
  let credentials: LoopbackCredentials?

  /// The most connections whose round trips the baseline gives threads of their own.
  static let mostPairs = 64

  /// - Throws: `.internal` when the system has no threads or descriptors left; as
  ///   `LoopbackCredentials`.
  init(connections: Int, secure: Bool) throws(PouchError) {
    threads = max(1, min(connections, Int(pouch_core_count())))
    sending = try Reactor(loops: threads)
    receiving = try Reactor(loops: threads)
    pacing = try Reactor(loops: 1)
    pool = BlockingPool(threads: 2 * max(threads, min(connections, Loopback.mostPairs)) + 1)
    credentials = secure ? try LoopbackCredentials() : nil
  }

  /// Ends the event loops; no round may be under way.
  func shutdown() {
    for reactor in [sending, receiving, pacing] { reactor.shutdown() }
  }

  // MARK: The library's ends

  /// Where a receiver is to listen: at a free port, or at a name that nobody else has.
  func endpoint(_ carrier: Carrier) -> Endpoint {
    switch carrier {
    case .tcp: .tcp(LoopbackCredentials.host, 0)
    case .tls: .tls(LoopbackCredentials.host, 0)
    case .unix:
      .unix(abstract: "pouch-bench-\(getpid())-\(UInt64.random(in: .min ... .max))")
    }
  }

  func senderOptions(
    _ variant: CaseGroup.Variant, at reactor: Reactor
  ) -> SenderOptions {
    var options = SenderOptions()
    options.timeouts = .unhurried
    options.pipeline = variant.pipeline.stages
    options.acknowledge = variant.acknowledge
    options.tls = credentials?.sender
    options.transports = transports(reactor, credentials?.sender)
    return options
  }

  func receiverOptions(
    _ variant: CaseGroup.Variant, connections: Int, at reactor: Reactor
  ) -> ReceiverOptions {
    var options = ReceiverOptions()
    options.timeouts = .unhurried
    options.stages = variant.pipeline.registry
    options.requiredStages = variant.pipeline.names
    options.tls = credentials?.receiver
    options.limits.connections = max(options.limits.connections, connections)
    // One address takes at most three quarters of these.
    options.limits.unauthenticated = max(options.limits.unauthenticated, connections * 2)
    options.limits.silent = max(options.limits.silent, connections * 2)
    options.transports = transports(reactor, credentials?.receiver)
    return options
  }

  private func transports(_ reactor: Reactor, _ tls: TLSSettings?) -> Transports {
    var transports = Transports()
    let tcp = TCPTransport(reactor: reactor)
    transports.register(.tcp, tcp)
    transports.register(.unix, UnixTransport(reactor: reactor))
    if let tls { transports.register(.tls, TLSTransport(over: tcp, settings: tls)) }
    return transports
  }
}

extension Timeouts {
  /// Both ends are this program's own: one that is slow, because stages and the machine's other work keep
  /// the processors, has gone nowhere.
  fileprivate static var unhurried: Timeouts {
    var timeouts = Timeouts()
    timeouts.opening = .seconds(60)
    timeouts.tlsHandshake = .seconds(60)
    timeouts.hello = .seconds(60)
    return timeouts
  }
}
