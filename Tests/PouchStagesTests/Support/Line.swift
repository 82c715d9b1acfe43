import PouchCore

/// Both ends of one direction of a connection.
struct Line {
  let sealing: Pipeline
  let opening: Pipeline

  static let nonces = Bytes((0..<32).map { UInt8($0) })

  init(
    _ stages: [any Stage],
    context: StageContext = StageContext(direction: .fromInitiator, nonces: Line.nonces)
  ) throws {
    sealing = try Pipeline(stages, context: context)
    opening = try Pipeline(stages, context: context)
  }

  /// A frame as it travels.
  struct Frame: Sendable {
    var header: FrameHeader
    var body: [UInt8]
  }

  static let header = FrameHeader(
    kind: .data, flags: .acknowledgementRequested, firstID: 0x0102_0304_0506_0708, count: 9)

  func seal(_ body: [UInt8], _ header: FrameHeader = Line.header) throws(PouchError) -> Frame {
    var header = header
    var outgoing = OutgoingBody(Bytes(body))
    try sealing.seal(&outgoing, header: &header)
    return Frame(header: header, body: outgoing.bytes)
  }

  func open(_ frame: Frame, limit: Int = 16 << 20) throws(PouchError) -> [UInt8] {
    var body = Bytes(frame.body)
    try opening.open(&body, header: frame.header, limit: limit)
    return body.array
  }
}

extension OutgoingBody {
  /// All segments, one after the other.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    forEachSegment { bytes += $0 }
    return bytes
  }
}
