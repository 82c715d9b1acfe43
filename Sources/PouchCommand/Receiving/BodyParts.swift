internal import Pouch
internal import PouchCore

/// Tells an object's own bytes from those of its attachments, as they come.
struct BodyParts {
  /// Some bytes, and what they belong to: 0 for the object, then the number of the attachment.
  struct Piece: Sendable {
    var part: Int
    var bytes: Bytes
  }

  /// How long each part is that ends before the body does.
  private let lengths: [UInt64]
  private var part = 0
  private var offset: UInt64 = 0

  init(_ delivery: StreamedDelivery) {
    let attachments = delivery.attributes.attachments
    // Without attachments, the whole body is the object's, however long it becomes.
    lengths =
      attachments.isEmpty ? [] : [delivery.objectLength ?? 0] + attachments.dropLast()
  }

  /// Cuts the next bytes of the body where a part ends.
  mutating func cut(_ chunk: Bytes) -> [Piece] {
    var pieces: [Piece] = []
    var rest = chunk
    while !rest.isEmpty {
      while part < lengths.count, offset == lengths[part] {
        part += 1
        offset = 0
      }
      let longest = part < lengths.count ? Int(clamping: lengths[part] - offset) : .max
      let bytes = rest.prefix(longest)
      pieces.append(Piece(part: part, bytes: bytes))
      offset += UInt64(bytes.count)
      rest = rest.dropFirst(bytes.count)
    }
    return pieces
  }
}
