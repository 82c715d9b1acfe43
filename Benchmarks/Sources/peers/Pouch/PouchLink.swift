import Glibc
import Pouch

/// The settings of both ends of a connection of Pouch's.
struct PouchLink: Sendable {
  let carrier: Carrier
  var pipeline: [any Stage] = []
  var acknowledge = AcknowledgementLevel.none
  /// Certificates, where the carrier is TLS.
  var credentials: Credentials?
  /// How many connections there may be at once.
  var connections = 1

  /// Where a receiver is to listen: at a free port, or at a name that nobody else has.
  var endpoint: Endpoint {
    switch carrier {
    case .tcp: .tcp("127.0.0.1", 0)
    case .tls: .tls("127.0.0.1", 0)
    case .unix:
      .unix(abstract: "pouch-peers-\(getpid())-\(UInt64.random(in: .min ... .max))")
    }
  }

  var sending: SenderOptions {
    var options = SenderOptions()
    options.pipeline = pipeline
    options.acknowledge = acknowledge
    options.tls = credentials.map {
      .mutual(trust: $0.trust, certificate: $0.clientCertificate, key: $0.clientKey)
    }
    options.limits.connections = max(options.limits.connections, connections)
    // One address takes at most three quarters of these.
    options.limits.unauthenticated = max(options.limits.unauthenticated, connections * 2)
    options.limits.silent = max(options.limits.silent, connections * 2)
    return options
  }

  var receiving: ReceiverOptions {
    var options = ReceiverOptions()
    options.requiredStages = pipeline.map(\.name)
    options.tls = credentials.map {
      .mutual(trust: $0.trust, certificate: $0.certificate, key: $0.key)
    }
    options.limits.connections = max(options.limits.connections, connections)
    // One address takes at most three quarters of these.
    options.limits.unauthenticated = max(options.limits.unauthenticated, connections * 2)
    options.limits.silent = max(options.limits.silent, connections * 2)
    return options
  }

  /// Runs a receiver, and `body` beside it.
  ///
  /// - Parameter serve: Runs the receiver until it is stopped.
  func withReceiver<R: Sendable>(
    _ serve: @escaping @Sendable (Receiver) async throws -> Void,
    _ body: (Endpoint) async throws -> R
  ) async throws -> R {
    let receiver = Receiver(on: endpoint, options: receiving)
    guard let bound = try await receiver.bind().first else {
      throw VerificationError(reason: "the receiver bound nothing")
    }
    async let served: Void = serve(receiver)
    do {
      let result = try await body(bound)
      // The connections have ended in good order: everything that was sent has been handled.
      receiver.stop()
      try await served
      return result
    } catch {
      receiver.stop()
      _ = try? await served
      throw error
    }
  }
}
