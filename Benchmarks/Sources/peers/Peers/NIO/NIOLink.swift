import Foundation
internal import NIOCore
internal import NIOPosix

/// What both ends of a SwiftNIO run share: an event loop, thus a thread, for each end.
struct NIOLink: Sendable {
  let carrier: Carrier
  let sending = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  let receiving = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  /// Runs `body` with a link, whose threads end with it.
  static func with<R>(_ carrier: Carrier, _ body: (NIOLink) async throws -> R) async throws -> R {
    let link = NIOLink(carrier: carrier)
    do {
      let result = try await body(link)
      try await link.end()
      return result
    } catch {
      try? await link.end()
      throw error
    }
  }

  private func end() async throws {
    try await sending.shutdownGracefully()
    try await receiving.shutdownGracefully()
  }

  /// A bootstrap whose accepted connections read up to `reading` bytes with a call.
  func server(reading: Int) -> ServerBootstrap {
    let bootstrap = ServerBootstrap(group: receiving)
      .childChannelOption(
        .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: reading))
    return carrier == .unix
      ? bootstrap : bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
  }

  /// A bootstrap that lets 8 MiB wait at the sender, as the peers do.
  func client() -> ClientBootstrap {
    let bootstrap = ClientBootstrap(group: sending)
      .channelOption(
        .writeBufferWaterMark,
        value: ChannelOptions.Types.WriteBufferWaterMark(low: 256 << 10, high: 1 << 20))
    return carrier == .unix
      ? bootstrap : bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
  }

  /// How many bytes a receiver of objects of this size asks for with a call.
  static func readSize(_ size: Int) -> Int { max(64 << 10, min(1 << 20, size)) }

  /// A name for a Unix socket, which SwiftNIO wants to be a file.
  static func path() -> String {
    FileManager.default.temporaryDirectory.appending(
      path: "pouch-peers-\(getpid())-\(UInt32.random(in: .min ... .max)).sock"
    ).path()
  }
}
