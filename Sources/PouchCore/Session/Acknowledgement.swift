/// The body of an ACK frame (docs/wire.md, section 6).
package struct Acknowledgement: Sendable, Equatable {
  package var level: AcknowledgementLevel
  package var upTo: UInt64
  package var ranges: [ClosedRange<UInt64>]

  /// The most ranges that one ACK carries; what does not fit is said by a later one.
  package static let mostRanges = 256

  package init(level: AcknowledgementLevel, upTo: UInt64, ranges: [ClosedRange<UInt64>] = []) {
    self.level = level
    self.upTo = upTo
    self.ranges = ranges
  }

  /// Reads a body.
  ///
  /// - Throws: `.badData` when its size, its level or the order of its ranges is wrong.
  package init(reading body: Bytes) throws(PouchError) {
    let fixed = 9
    guard body.count >= fixed, (body.count - fixed) % 16 == 0 else {
      throw Acknowledgement.malformed("its length is \(body.count)")
    }
    let count = (body.count - fixed) / 16
    guard count <= Acknowledgement.mostRanges else {
      throw Acknowledgement.malformed("it has \(count) ranges")
    }
    switch body[0] {
    case 1: level = .received
    case 2: level = .processed
    default: throw Acknowledgement.malformed("its level is \(body[0])")
    }
    upTo = body.withUnsafeBytes { $0.bigEndian(1) }
    ranges = []
    var before = upTo
    for index in 0..<count {
      let first: UInt64 = body.withUnsafeBytes { $0.bigEndian(fixed + index * 16) }
      let last: UInt64 = body.withUnsafeBytes { $0.bigEndian(fixed + index * 16 + 8) }
      guard first > before, first <= last else {
        throw Acknowledgement.malformed("its ranges are not in order")
      }
      ranges.append(first...last)
      before = last
    }
  }

  /// Whether object `id` is among those that it settles.
  package func covers(_ id: UInt64) -> Bool {
    id <= upTo || ranges.contains { $0.contains(id) }
  }

  package func append(to buffer: inout ByteBuffer) {
    buffer.append(bigEndian: level.code ?? 0)
    buffer.append(bigEndian: upTo)
    for range in ranges.prefix(Acknowledgement.mostRanges) {
      buffer.append(bigEndian: range.lowerBound)
      buffer.append(bigEndian: range.upperBound)
    }
  }

  private static func malformed(_ reason: String) -> PouchError {
    PouchError(.badData, "an ACK frame is malformed: \(reason)")
  }
}
