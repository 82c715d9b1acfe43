internal import NIOCore
internal import NIOPosix

/// SwiftNIO's async form: an `await` for each object at both ends.
struct NIOAsyncObjects: Workload {
  let carrier: Carrier
  let name = "NIOAsyncChannel"
  let summary = "an async write and an async read for each object, a decoder of lengths"

  func run(_ load: Load) async throws -> Meter {
    try await NIOLink.with(carrier) { link in
      try await link.withAsyncChannels(reading: NIOLink.readSize(load.size)) { client, server in
        async let sent: Void = Self.send(load, client)
        let meter = try await server.executeThenClose { inbound, _ in
          var meter = Meter(load)
          for try await object in inbound {
            object.withUnsafeReadableBytes { meter.add($0) }
            if meter.isComplete { break }
          }
          return meter
        }
        try await sent
        return meter
      }
    }
  }

  private static func send(_ load: Load, _ channel: NIOLink.AsyncChannel) async throws {
    try await channel.executeThenClose { inbound, outbound in
      var object = ByteBufferAllocator().buffer(capacity: 4 + load.size)
      object.writeInteger(UInt32(load.size))
      object.writeBytes(load.pattern)
      var objects = [ByteBuffer](repeating: object, count: 8)
      for index in 0..<load.total {
        let place = index % objects.count
        objects[place].withUnsafeMutableReadableBytes {
          load.stamp(index, UnsafeMutableRawBufferPointer(rebasing: $0[4...]))
        }
        try await outbound.write(objects[place])
      }
      // The receiver closes when it has everything: leaving before would drop what waits.
      for try await _ in inbound {}
    }
  }
}
