import PouchCore
import PouchStages

extension FuzzTarget {
  /// A stream of frames and eight bytes behind the last, which arrives in pieces: the first byte
  /// says how long they are.
  static let frames = FuzzTarget(name: "frames") { bytes throws(Mismatch) in
    let step = Int(bytes.first ?? 0) + 1
    var buffer = ByteBuffer()
    var decoder = FrameDecoder(limit: 1 << 20)
    var rest: [UInt8] = []
    for frame in CompactFrames(bytes.dropFirst()) { rest += frame.encoded.array }
    rest += bytes.suffix(8)
    var inbox = Inbox(largestObject: 1 << 20)
    do throws(PouchError) {
      while !rest.isEmpty {
        buffer.append(Bytes(Array(rest.prefix(step))))
        rest.removeFirst(Swift.min(step, rest.count))
        while let frame = try decoder.next(&buffer) {
          try admit(frame, to: &inbox)
        }
      }
    } catch {
      _ = error.description
    }
  }

  private static func admit(_ frame: Frame, to inbox: inout Inbox) throws(PouchError) {
    guard frame.header.kind == .data else { return }
    var reader = EntryReader(frame.body)
    if frame.header.count > 1 {
      _ = try inbox.admit(first: frame.header.firstID, count: frame.header.count)
    }
    while !reader.isAtEnd {
      let entry = try reader.next()
      var attributes: Attributes?
      if let encoded = entry.attributes { attributes = try Attributes(reading: encoded) }
      guard frame.header.count <= 1 else { continue }
      _ = try inbox.admit(id: frame.header.firstID, entry: entry, attributes: attributes)
    }
  }

  /// A body that every standard stage is said to have been applied to, or some; and a body that
  /// goes out and comes back. The first byte says which.
  static let pipeline = FuzzTarget(name: "pipeline") { bytes throws(Mismatch) in
    let choice = bytes.first ?? 0
    let context = StageContext(
      direction: .fromInitiator, nonces: Bytes([UInt8](repeating: 3, count: 32)))
    let body = Array(bytes.dropFirst())
    let limit = 1 << 20
    do {
      let deflate = try DeflateStage(level: 1, minimum: 0)
      let stages: [any Stage] =
        choice & 4 == 0
        ? [deflate, CRC32CStage()] : [CRC32CStage(), deflate, SHA256Stage()]
      let opening = try Pipeline(stages, context: context)
      var header = FrameHeader(kind: .data, firstID: 1, count: 1)
      if choice & 8 == 0 {
        // The peer's word on what it applied, and a body that it may not fit.
        header.stages = choice & 3
        var arrived = Bytes(body)
        return try opening.open(&arrived, header: header, limit: limit)
      }
      var outgoing = OutgoingBody(Bytes(body))
      try Pipeline(stages, context: context).seal(&outgoing, header: &header)
      var sealed: [UInt8] = []
      outgoing.forEachSegment { sealed += $0 }
      var arrived = Bytes(sealed)
      try opening.open(&arrived, header: header, limit: limit)
      guard arrived.array == body else { throw Mismatch("a body changed on its way") }
    } catch {
      if let mismatch = error as? Mismatch { throw mismatch }
    }
  }

  /// An endpoint as a user writes it: what parses prints to something that parses to the same.
  static let endpoint = FuzzTarget(name: "endpoint") { bytes throws(Mismatch) in
    guard let text = String(validating: bytes, as: UTF8.self),
      let endpoint = try? Endpoint(text)
    else { return }
    guard (try? Endpoint(endpoint.description)) == endpoint else {
      throw Mismatch("\(endpoint) does not parse as itself")
    }
  }
}
