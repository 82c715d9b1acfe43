internal import NIOCore
internal import NIOPosix

/// SwiftNIO's handlers: one answers what the other asks.
struct NIORoundTrips: Contender {
  let carrier: Carrier
  let name = "NIO handlers"
  let summary = "channel handlers, 4 bytes of length before the object"

  func measure(seconds: Double) async throws -> Double {
    try await NIOLink.with(carrier) { link in
      let finished = link.sending.next().makePromise(of: Double.self)
      let server = link.server(reading: NIOLink.readSize(Load.block))
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(Answering())
          }
        }
      let client = link.client().channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Asking(seconds, finished))
        }
      }
      do {
        let (listener, connection) = try await link.connect(client, server)
        let median = try await finished.futureResult.get()
        try await connection.close()
        try await listener.close()
        return median
      } catch {
        finished.fail(error)
        throw error
      }
    }
  }
}

private final class Answering: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var frames = NIOFrames()

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do {
      try frames.take(unwrapInboundIn(data), most: Load.block) { object in
        context.writeAndFlush(wrapOutboundOut(.framed(object, context)), promise: nil)
      }
    } catch {
      context.fireErrorCaught(error)
      context.close(promise: nil)
    }
  }
}

private final class Asking: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let finished: EventLoopPromise<Double>
  private var meter: RoundTripMeter
  private var frames = NIOFrames()

  init(_ seconds: Double, _ finished: EventLoopPromise<Double>) {
    self.finished = finished
    meter = RoundTripMeter(seconds: seconds)
  }

  func channelActive(context: ChannelHandlerContext) { ask(context) }

  private func ask(_ context: ChannelHandlerContext) {
    guard let object = meter.next() else {
      return finished.completeWith(Result { try meter.median() })
    }
    withUnsafeBytes(of: object) {
      context.writeAndFlush(wrapOutboundOut(.framed($0, context)), promise: nil)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do {
      var isAnswered = false
      var fault: VerificationError?
      try frames.take(unwrapInboundIn(data), most: Load.block) { reply in
        isAnswered = true
        do throws(VerificationError) { try meter.take(reply) } catch { fault = error }
      }
      if let fault { throw fault }
      if isAnswered { ask(context) }
    } catch {
      errorCaught(context: context, error: error)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finished.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    finished.fail(VerificationError(reason: "the connection ended early"))
  }
}

extension ByteBuffer {
  /// An object behind four bytes of length.
  fileprivate static func framed(
    _ object: UnsafeRawBufferPointer, _ context: ChannelHandlerContext
  ) -> ByteBuffer {
    var buffer = context.channel.allocator.buffer(capacity: 4 + object.count)
    buffer.writeInteger(UInt32(object.count))
    buffer.writeBytes(object)
    return buffer
  }
}
