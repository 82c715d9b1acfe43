import Glibc
internal import NIOCore
internal import NIOPosix

extension NIOLink {
  /// Objects without their lengths come in; objects with their lengths go out.
  typealias AsyncChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  /// Runs `body` with both ends of a connection.
  func withAsyncChannels<R: Sendable>(
    reading: Int, _ body: @Sendable (AsyncChannel, AsyncChannel) async throws -> R
  ) async throws -> R {
    let path = NIOLink.path()
    let bootstrap = server(reading: reading)
    let listener =
      carrier == .unix
      ? try await bootstrap.bind(unixDomainSocketPath: path, childChannelInitializer: Self.wrap)
      : try await bootstrap.bind(
        host: "127.0.0.1", port: 0, childChannelInitializer: Self.wrap)
    let carrier = carrier
    let client = client()
    return try await listener.executeThenClose { accepted in
      let connection: AsyncChannel
      if carrier == .unix {
        connection = try await client.connect(
          unixDomainSocketPath: path, channelInitializer: Self.wrap)
        unlink(path)
      } else {
        guard let address = listener.channel.localAddress else {
          throw VerificationError(reason: "SwiftNIO's listener has no address")
        }
        connection = try await client.connect(to: address, channelInitializer: Self.wrap)
      }
      var iterator = accepted.makeAsyncIterator()
      guard let peer = try await iterator.next() else {
        throw VerificationError(reason: "SwiftNIO's listener accepted nothing")
      }
      return try await body(connection, peer)
    }
  }

  @Sendable
  private static func wrap(_ channel: any Channel) -> EventLoopFuture<AsyncChannel> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(LengthDecoder()))
      // More than the default of 10, which is meant for messages that take long.
      return try AsyncChannel(
        wrappingChannelSynchronously: channel,
        configuration: .init(
          backPressureStrategy: .init(lowWatermark: 256, highWatermark: 1024)))
    }
  }
}

/// Takes the four bytes of length off each object.
private struct LengthDecoder: ByteToMessageDecoder {
  typealias InboundOut = ByteBuffer

  mutating func decode(
    context: ChannelHandlerContext, buffer: inout ByteBuffer
  ) throws -> DecodingState {
    guard let object = buffer.readLengthPrefixedSlice(as: UInt32.self) else {
      return .needMoreData
    }
    context.fireChannelRead(wrapInboundOut(object))
    return .continue
  }
}
