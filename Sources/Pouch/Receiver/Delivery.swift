public import PouchCore

/// An object as it reaches the receiver, whole and checked.
///
/// Four words, so that a handler is called with it in registers.
public struct Delivery: Sendable {
  /// The object's number, counted from 1 in its sender's order.
  public internal(set) var id: UInt64
  @usableFromInline var entry: PackedEntry
  @usableFromInline let context: DeliveryContext

  /// How `payload` is serialized.
  @inlinable public var format: ObjectFormat { entry.format }

  /// The object's bytes, without its attachments: a view into the connection's buffer. Keep it for
  /// as long as needed; what is kept is not recycled.
  @inlinable public var payload: Bytes {
    entry.payload {
      context.payloadOffset
    } _: {
      context.payloadCount
    }
  }

  /// The connection that it came over.
  public var connection: ConnectionInfo { context.connection }

  /// What the sender said about the object.
  public var attributes: Attributes { context.box?.attributes ?? .none }

  /// Who sent it, as far as the transport can prove.
  public var peer: PeerIdentity { connection.peer }
}

extension Delivery {
  /// - Parameter plain: What the connection's deliveries have in common that have nothing of their
  ///   own.
  init(
    id: UInt64, format: ObjectFormat, payload: Bytes, attributes: AttributesBox?,
    plain: DeliveryContext
  ) {
    self.id = id
    if attributes == nil, let packed = PackedEntry(payload, format: format) {
      entry = packed
      context = plain
    } else {
      entry = PackedEntry(partly: payload, format: format)
      context = DeliveryContext(plain.connection, payload: payload, attributes)
    }
  }
}

/// What stands behind a delivery: its connection, and what does not fit into an entry of two words.
@usableFromInline
final class DeliveryContext: Sendable {
  let connection: ConnectionInfo
  /// Where the payload stands in its memory, when the entry does not say it.
  @usableFromInline let payloadOffset: Int
  @usableFromInline let payloadCount: Int
  let box: AttributesBox?

  init(_ connection: ConnectionInfo, payload: Bytes = Bytes(), _ box: AttributesBox? = nil) {
    self.connection = connection
    payloadOffset = payload.startInMemory
    payloadCount = payload.count
    self.box = box
  }
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

  /// Whether the rest of the object will not come.
  package var hasFailed: Bool {
    switch source {
    case .whole: false
    case .chunks(let channel): channel.hasFailed
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
