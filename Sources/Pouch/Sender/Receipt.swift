public import PouchCore

/// What the sender holds for an object until its fate is known.
public struct Receipt: Sendable {
  /// The object's number on its connection, counted from 1.
  public let id: UInt64
  /// Nil with the framing `length10`, which has no acknowledgements.
  @usableFromInline let connection: Connection?

  @inlinable
  init(id: UInt64, connection: Connection?) {
    self.id = id
    self.connection = connection
  }

  /// Waits until the receiver has the object whole and checked.
  ///
  /// With acknowledgement level `processed` this is when it has been processed: no earlier word
  /// comes.
  ///
  /// - Throws: `.rejected` with the receiver's reason; `.usage` with level `none` and with the
  ///   framing `length10`; why the connection ended, when it did before.
  public func received() async throws(PouchError) {
    guard let connection else {
      throw PouchError(
        .usage, "nothing is acknowledged with the framing length10",
        hint: "use the framing pouch where both ends can", objectID: id)
    }
    guard connection.agreement.acknowledge != .none else {
      throw PouchError(
        .usage, "nothing is acknowledged on this connection",
        hint: "send with acknowledgement 'received' or 'processed'")
    }
    try await connection.waitForSettlement(id)
  }

  /// Waits until the receiver's handler or sink has finished with the object.
  ///
  /// - Throws: As `received()`, and `.usage` with level `received`.
  public func processed() async throws(PouchError) {
    guard connection?.agreement.acknowledge != .received else {
      throw PouchError(
        .usage, "this connection acknowledges what is received, not what is processed",
        hint: "send with acknowledgement 'processed'")
    }
    try await received()
  }
}
