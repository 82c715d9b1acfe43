internal import NIOCore

/// Counts and checks the objects of a load.
final class NIOReceiving: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let load: Load
  private let finished: EventLoopPromise<Meter>
  private var meter: Meter
  private var frames = NIOFrames()

  init(_ load: Load, _ finished: EventLoopPromise<Meter>) {
    self.load = load
    self.finished = finished
    meter = Meter(load)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do {
      // A local meter: exclusive access to a class's is checked at every use.
      var meter = meter
      try frames.take(unwrapInboundIn(data), most: load.size) { meter.add($0) }
      self.meter = meter
      if meter.isComplete { finished.succeed(meter) }
    } catch {
      errorCaught(context: context, error: error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    // Nothing happens when it has succeeded before.
    finished.succeed(meter)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finished.fail(error)
    context.close(promise: nil)
  }
}
