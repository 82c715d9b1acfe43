internal import NIOCore
internal import NIOPosix

/// SwiftNIO's async form at both ends.
struct NIOAsyncRoundTrips: Contender {
  let carrier: Carrier
  let name = "NIOAsyncChannel"
  let summary = "an async write and an async read at both ends, a decoder of lengths"

  func measure(seconds: Double) async throws -> Double {
    try await NIOLink.with(carrier) { link in
      try await link.withAsyncChannels(reading: NIOLink.readSize(Load.block)) { client, server in
        async let answered: Void = server.executeThenClose { inbound, outbound in
          for try await object in inbound { try await outbound.write(.framed(object)) }
        }
        let median = try await client.executeThenClose { inbound, outbound in
          var meter = RoundTripMeter(seconds: seconds)
          var replies = inbound.makeAsyncIterator()
          while let object = meter.next() {
            try await outbound.write(
              .framed(withUnsafeBytes(of: object) { ByteBuffer(bytes: $0) }))
            guard let reply = try await replies.next() else { break }
            try reply.withUnsafeReadableBytes { try meter.take($0) }
          }
          return try meter.median()
        }
        try await answered
        return median
      }
    }
  }
}

extension ByteBuffer {
  /// An object behind four bytes of length.
  fileprivate static func framed(_ object: ByteBuffer) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(4 + object.readableBytes)
    buffer.writeInteger(UInt32(object.readableBytes))
    buffer.writeImmutableBuffer(object)
    return buffer
  }
}
