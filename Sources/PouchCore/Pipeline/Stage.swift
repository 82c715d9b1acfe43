public import CBOR

/// The name that a stage has on the wire, such as `deflate` or `crc32c`.
public struct StageName: RawRepresentable, Hashable, Sendable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public init(stringLiteral value: String) { rawValue = value }
  public var description: String { rawValue }
}

/// One step of the pipeline that a frame's body goes through: its settings, which never change.
///
/// The sending side announces its stages in the hello by name and parameters; the receiving side
/// builds the same stages from that through a `StageRegistry`. A stage of your own needs this
/// type, a codec, and one `register` at the receiving end.
public protocol Stage: Sendable {
  /// The name on the wire.
  var name: StageName { get }

  /// What the other side must know to undo this stage; no secrets. Announced in the hello.
  var parameters: [String: CBOR.Value] { get }

  /// A codec for one direction of one connection.
  func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec
}

extension Stage {
  public var parameters: [String: CBOR.Value] { [:] }
}

/// What binds a codec to its connection.
public struct StageContext: Sendable, Hashable {
  /// Which way the frames travel.
  public enum Direction: UInt8, Sendable {
    /// From the side that connected to the side that listened.
    case fromInitiator = 0
    /// From the side that listened to the side that connected.
    case fromAcceptor = 1
  }

  public var direction: Direction
  /// 32 bytes that differ for every connection: both sides' nonces, the initiator's first.
  public var nonces: Bytes

  public init(direction: Direction, nonces: Bytes) {
    self.direction = direction
    self.nonces = nonces
  }
}

/// Whether a stage changed the body.
public enum Applied: Sendable {
  /// The body is encoded; the other side must decode it.
  case applied
  /// The body is as it was: it would not compress, say.
  case declined
}

/// One direction of one connection's work for a stage. Used by one task at a time, in frame order.
public protocol StageCodec: AnyObject {
  /// Transforms a body on its way out.
  ///
  /// A body whose size is at the receiver's limit may grow by at most 1 KiB; the stages behind
  /// this one are given that much room when they are undone.
  ///
  /// - Parameters:
  ///   - body: The body so far.
  ///   - header: The frame's header; `stages` holds the bits of the stages applied before this
  ///     one, and `length` is to be ignored.
  func encode(_ body: inout OutgoingBody, header: FrameHeader) throws(PouchError) -> Applied

  /// Undoes `encode` for a body that says this stage was applied.
  ///
  /// - Parameters:
  ///   - body: The body as it travelled, replaced by the body before `encode`.
  ///   - header: As for `encode`.
  ///   - limit: The most bytes that the result may have; throw `.limitExceeded` before there are
  ///     more of them.
  /// - Throws: `.badData` when the body is not what `encode` makes.
  func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError)

  /// Called for a frame on which the other side did not apply this stage. An integrity stage
  /// throws: a frame it did not seal cannot be trusted.
  func passOver(header: FrameHeader) throws(PouchError)
}

extension StageCodec {
  public func passOver(header: FrameHeader) throws(PouchError) {}
}
