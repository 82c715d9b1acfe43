public import PouchCore

/// An object as it reaches the receiver, whole and checked.
public struct Delivery: Sendable {
  /// The object's number, counted from 1 in its sender's order.
  public internal(set) var id: UInt64
  /// How `payload` is serialized.
  public internal(set) var format: ObjectFormat
  /// The object's bytes, without its attachments: a view into the connection's buffer. Keep it for
  /// as long as needed; what is kept is not recycled.
  public internal(set) var payload: Bytes
  /// The connection that it came over.
  public let connection: ConnectionInfo

  var box: AttributesBox?

  init(
    id: UInt64, format: ObjectFormat, payload: Bytes, attributes: AttributesBox?,
    connection: ConnectionInfo
  ) {
    self.id = id
    self.format = format
    self.payload = payload
    self.connection = connection
    box = attributes
  }

  /// What the sender said about the object.
  public var attributes: Attributes { box?.attributes ?? .none }

  /// Who sent it, as far as the transport can prove.
  public var peer: PeerIdentity { connection.peer }
}

/// An object as it reaches the receiver, piece by piece: any size, in constant memory.
public struct StreamedDelivery: Sendable {
  /// The object's number, counted from 1 in its sender's order.
  public let id: UInt64
  /// How the body is serialized.
  public let format: ObjectFormat
  /// What the sender said about the object.
  public let attributes: Attributes
  /// The object's bytes, then those of its attachments: `objectLength` says where they begin, and
  /// `attributes.attachments` how long each is. A handler that leaves before the end lets the rest
  /// go by.
  public let body: DeliveryBody
  /// The connection that it comes over.
  public let connection: ConnectionInfo

  /// Who sends it, as far as the transport can prove.
  public var peer: PeerIdentity { connection.peer }
}

extension StreamedDelivery {
  /// An object that has arrived whole, as a stream of one piece.
  init(_ delivery: Delivery) {
    self.init(
      id: delivery.id, format: delivery.format, attributes: delivery.attributes,
      body: DeliveryBody(source: .whole(delivery.whole)), connection: delivery.connection)
  }
}

/// The bytes of a streamed delivery, in order.
public struct DeliveryBody: AsyncSequence, Sendable {
  enum Source: Sendable {
    case whole(Bytes)
    case chunks(BodyChannel)
  }

  let source: Source

  /// All of the object, when it arrived in one piece.
  public var whole: Bytes? {
    if case .whole(let bytes) = source { bytes } else { nil }
  }

  /// Whether nothing more of the object is to come from the peer, though some may not have been
  /// taken yet.
  package var hasArrived: Bool {
    switch source {
    case .whole: true
    case .chunks(let channel): channel.hasEnded
    }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

  /// Yields the pieces as they arrive.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate var source: Source?

    fileprivate init(source: Source) { self.source = source }

    /// - Throws: `PouchError` when the rest of the object will not come.
    public mutating func next() async throws(PouchError) -> Bytes? {
      switch source {
      case .whole(let bytes):
        source = nil
        return bytes.isEmpty ? nil : bytes
      case .chunks(let channel):
        return try await channel.next()
      case nil:
        return nil
      }
    }

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PouchError) -> Bytes? {
      try await next()
    }
  }
}
