public import PouchCore

/// What the sender holds for a batch of objects until their fate is known.
public struct BatchReceipt: Sendable {
  private struct Run: Sendable {
    var ids: ClosedRange<UInt64>
    /// Nil with the framing `length10`.
    var connection: Connection?
  }

  private var runs: [Run] = []

  init() {}

  /// How many objects the batch had.
  public var count: Int { runs.reduce(0) { $0 + $1.ids.count } }

  mutating func add(_ ids: ClosedRange<UInt64>, on connection: Connection?) {
    if let last = runs.last, last.connection === connection,
      last.ids.upperBound + 1 == ids.lowerBound
    {
      runs[runs.count - 1].ids = last.ids.lowerBound...ids.upperBound
    } else {
      runs.append(Run(ids: ids, connection: connection))
    }
  }

  mutating func add(_ receipt: Receipt) {
    add(receipt.id...receipt.id, on: receipt.connection)
  }

  /// Waits until the receiver has every object whole and checked.
  ///
  /// - Throws: As `Receipt.received()`, for the first object that was refused, once all are
  ///   answered for.
  public func received() async throws(PouchError) {
    try await forEach { receipt throws(PouchError) in try await receipt.received() }
  }

  /// Waits until the receiver's handler or sink has finished with every object.
  ///
  /// - Throws: As `Receipt.processed()`, for the first object that was refused, once all are
  ///   answered for.
  public func processed() async throws(PouchError) {
    try await forEach { receipt throws(PouchError) in try await receipt.processed() }
  }

  /// A refusal says nothing about the objects behind it, and every one has its answer taken.
  private func forEach(
    _ wait: (Receipt) async throws(PouchError) -> Void
  ) async throws(PouchError) {
    var refusal: PouchError?
    for run in runs {
      for id in run.ids {
        do throws(PouchError) {
          try await wait(Receipt(id: id, connection: run.connection))
        } catch  where error.code == .rejected {
          refusal = refusal ?? error
        }
      }
    }
    if let refusal { throw refusal }
  }
}
