public import PouchCore

extension Sender {
  /// Sends many small objects, in order, each as an object of its own.
  ///
  /// The same as calling `send` for each, at a fraction of its cost: what must be asked and locked
  /// for an object is asked and locked for as many as there is room for. Suspends while there is
  /// none.
  ///
  /// - Parameters:
  ///   - batch: The objects.
  ///   - format: How they are serialized.
  /// - Returns: What tells their fate.
  /// - Throws: As `send`. Those before the one that could not be sent have been accepted.
  @discardableResult
  public func send(
    batch: [Bytes], format: ObjectFormat = .raw
  ) async throws(PouchError) -> BatchReceipt {
    try await sendAll(batch, format)
  }

  /// Sends copies of many small byte arrays, in order, each as an object of its own; see
  /// `send(batch:format:)`.
  @discardableResult
  public func send(
    batch: [[UInt8]], format: ObjectFormat = .raw
  ) async throws(PouchError) -> BatchReceipt {
    try await sendAll(batch, format)
  }

  private func sendAll<Object: ObjectBytes>(
    _ batch: [Object], _ format: ObjectFormat
  ) async throws(PouchError) -> BatchReceipt {
    var receipt = BatchReceipt()
    var index = 0
    while index < batch.count {
      if let only {
        let ids = only.trySend(format: format) { accept in
          batch.withUnsafeBufferPointer { batch in
            while index < batch.count, accept(batch[index].place) { index += 1 }
          }
        }
        if let ids { receipt.add(ids, on: only) }
        if index == batch.count { break }
      }
      // No room, too large, several connections: one object the long way.
      receipt.add(try await sendSlowly(batch[index].bytes, .none, format))
      index += 1
    }
    return receipt
  }
}

/// What a batch may consist of.
private protocol ObjectBytes: Sendable {
  var bytes: Bytes { get }
  /// Where the bytes stand for as long as somebody holds this value: the batch does, while its
  /// objects are copied. Handed to a closure instead, each would be counted up and down.
  var place: UnsafeRawBufferPointer { get }
}

extension Bytes: ObjectBytes {
  fileprivate var bytes: Bytes { self }
  fileprivate var place: UnsafeRawBufferPointer { withUnsafeBytes { $0 } }
}

extension [UInt8]: ObjectBytes {
  fileprivate var bytes: Bytes { Bytes(self) }
  fileprivate var place: UnsafeRawBufferPointer { withUnsafeBytes { $0 } }
}
