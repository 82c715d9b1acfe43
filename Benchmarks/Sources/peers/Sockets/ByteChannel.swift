/// One end of a connection that blocks.
protocol ByteChannel: Sendable {
  /// Sends all of the bytes.
  func send(_ bytes: UnsafeRawBufferPointer) throws

  /// Receives some bytes, at least one.
  ///
  /// - Returns: 0 at the end of the stream.
  func receive(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}
