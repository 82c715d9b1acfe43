internal import CBOR

extension Attributes {
  /// The most attachments that one object may have.
  public static let mostAttachments = 1024

  /// How many of the `total` bytes of an object come before its attachments.
  ///
  /// - Throws: `.badData` for more attachments than there may be, or longer ones than the object.
  package func ownLength(of total: UInt64) throws(PouchError) -> UInt64 {
    guard attachments.count <= Attributes.mostAttachments else {
      throw PouchError(
        .badData,
        "\(attachments.count) attachments; \(Attributes.mostAttachments) are the most")
    }
    var own = total
    for length in attachments {
      guard length <= own else {
        throw PouchError(
          .badData, "the attachments are longer than the object's \(total) bytes")
      }
      own -= length
    }
    return own
  }

  /// Checks what is known of an object that will come in chunks.
  ///
  /// - Throws: `.badData` as `ownLength(of:)`, and for attachments without a size.
  package func checkAttachmentsOfChunks() throws(PouchError) {
    guard !attachments.isEmpty else { return }
    guard let size else {
      throw PouchError(.badData, "an object in chunks has attachments and does not say its size")
    }
    _ = try ownLength(of: size)
  }

  /// Cuts all of an object's bytes into the object and its attachments, as slices.
  ///
  /// - Throws: As `ownLength(of:)`.
  package func cut(_ whole: Bytes) throws(PouchError) -> (own: Bytes, attachments: [Bytes]) {
    var position = Int(try ownLength(of: UInt64(whole.count)))
    let own = whole.prefix(position)
    var slices: [Bytes] = []
    slices.reserveCapacity(attachments.count)
    for length in attachments {
      // Each is within `whole`, since all together are.
      slices.append(whole[position..<position + Int(length)])
      position += Int(length)
    }
    return (own, slices)
  }

  /// Reads the attribute that lists the lengths.
  static func lengths(_ values: [CBOR.Value]?) throws(PouchError) -> [UInt64] {
    guard let values else { return [] }
    var lengths: [UInt64] = []
    lengths.reserveCapacity(values.count)
    for value in values {
      guard let length = value.unsignedInteger else {
        throw PouchError(
          .badData, "'attachments' in the attributes are not all unsigned integers")
      }
      lengths.append(length)
    }
    return lengths
  }
}
