import Glibc
internal import NIOCore
internal import NIOPosix

/// SwiftNIO's handlers: objects leave in 64 KiB batches while the channel takes them, and a handler
/// finds them in what is read.
struct NIOObjects: Workload {
  let carrier: Carrier
  let name = "NIO handlers"
  let summary = "channel handlers, 64 KiB batches, 4 bytes of length before each object"

  func run(_ load: Load) async throws -> Meter {
    try await NIOLink.with(carrier) { link in
      let finished = link.receiving.next().makePromise(of: Meter.self)
      let server = link.server(reading: NIOLink.readSize(load.size))
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOReceiving(load, finished))
          }
        }
      let client = link.client().channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSending(load))
        }
      }
      do {
        let (listener, connection) = try await link.connect(client, server)
        let meter = try await finished.futureResult.get()
        try await connection.close()
        try await listener.close()
        return meter
      } catch {
        finished.fail(error)
        throw error
      }
    }
  }
}

extension NIOLink {
  /// Binds and connects.
  func connect(
    _ client: ClientBootstrap, _ server: ServerBootstrap
  ) async throws -> (listener: any Channel, connection: any Channel) {
    if carrier == .unix {
      let path = NIOLink.path()
      let listener = try await server.bind(unixDomainSocketPath: path).get()
      defer { unlink(path) }
      return (listener, try await client.connect(unixDomainSocketPath: path).get())
    }
    let listener = try await server.bind(host: "127.0.0.1", port: 0).get()
    guard let address = listener.localAddress else {
      throw VerificationError(reason: "SwiftNIO's listener has no address")
    }
    return (listener, try await client.connect(to: address).get())
  }
}
