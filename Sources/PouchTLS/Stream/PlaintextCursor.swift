internal import PouchCore

/// A position in the segments of one write, from which runs are taken that fill TLS records.
struct PlaintextCursor {
  /// The most plaintext that fits into one TLS record.
  static let recordSize = 16 << 10

  private let segments: [Bytes]
  private var index = 0
  private var offset = 0

  init(_ segments: [Bytes]) {
    self.segments = segments
    skipEmpty()
  }

  var isAtEnd: Bool { index == segments.count }

  /// How many bytes are left, counted up to `limit`.
  func remaining(upTo limit: Int) -> Int {
    var total = -offset
    for segment in segments[index...] {
      total += segment.count
      if total >= limit { return limit }
    }
    return isAtEnd ? 0 : total
  }

  /// The next run of at most `limit` bytes (a multiple of the record size): as many whole records
  /// as lie in one segment, or else one record's worth, gathered from small segments.
  mutating func next(limit: Int) -> Bytes {
    let rest = segments[index].dropFirst(offset)
    let whole = min(rest.count, limit) / PlaintextCursor.recordSize * PlaintextCursor.recordSize
    if whole > 0 {
      advance(whole)
      return rest.prefix(whole)
    }
    if index == segments.count - 1 {
      advance(rest.count)
      return rest
    }
    var gathered = ByteBuffer(capacity: PlaintextCursor.recordSize)
    while !isAtEnd, gathered.count < PlaintextCursor.recordSize {
      let piece = segments[index].dropFirst(offset)
        .prefix(PlaintextCursor.recordSize - gathered.count)
      gathered.append(piece)
      advance(piece.count)
    }
    return gathered.freeze()
  }

  private mutating func advance(_ count: Int) {
    offset += count
    if offset == segments[index].count {
      index += 1
      offset = 0
      skipEmpty()
    }
  }

  private mutating func skipEmpty() {
    while index < segments.count, segments[index].isEmpty { index += 1 }
  }
}
