public import PouchCore

/// The objects of one frame, whole and checked: as many as the sender had at hand, from one to
/// thousands.
///
/// ```swift
/// try await receiver.runBatches { batch in
///   batch.forEach { reading in total += reading.payload.count }
/// }
/// ```
public struct DeliveryBatch: Sendable {
  /// The number of the first object, counted from 1 in its sender's order.
  public let firstID: UInt64
  /// The number of objects, at least one.
  public let count: Int
  /// The connection that they came over.
  public let connection: ConnectionInfo

  private enum Source: Sendable {
    /// What is left of a frame that was gone through once without an error.
    case frame(FrameObjects)
    /// An object that came in a frame of its own, or in chunks.
    case one(Delivery)
  }

  private let source: Source

  /// - Parameter objects: The last `count` objects of a frame, none of them shown, that were gone
  ///   through once without an error.
  init(_ objects: FrameObjects, firstID: UInt64, count: Int) {
    source = .frame(objects)
    self.firstID = firstID
    self.count = count
    connection = objects.current.connection
  }

  init(_ delivery: Delivery) {
    source = .one(delivery)
    firstID = delivery.id
    count = 1
    connection = delivery.connection
  }

  /// Who sent them, as far as the transport can prove.
  public var peer: PeerIdentity { connection.peer }

  /// Calls `body` with each object, in order: the fastest way to look at all of them.
  public func forEach(_ body: (Delivery) throws -> Void) rethrows {
    switch source {
    case .one(let delivery): try body(delivery)
    case .frame(var objects):
      while (try? objects.advance()) == true { try body(objects.current) }
    }
  }
}

extension DeliveryBatch: Sequence {
  /// Yields the objects in order.
  public struct Iterator: IteratorProtocol {
    fileprivate var objects: FrameObjects?
    fileprivate var one: Delivery?

    public mutating func next() -> Delivery? {
      if objects != nil, (try? objects?.advance()) == true { return objects?.current }
      return one.take()
    }
  }

  public func makeIterator() -> Iterator {
    switch source {
    case .frame(let objects): Iterator(objects: objects, one: nil)
    case .one(let delivery): Iterator(objects: nil, one: delivery)
    }
  }

  public var underestimatedCount: Int { count }
}
