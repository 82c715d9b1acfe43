import PouchCore

extension FuzzTarget {
  /// The entry of an object with attributes, as it stands in a frame: object and attachments are
  /// all of its payload, one behind the other, or it is refused.
  static let attachments = FuzzTarget(name: "attachments") { bytes throws(Mismatch) in
    guard let (attributes, payload) = try? read(bytes),
      let (own, attachments) = try? attributes.cut(payload)
    else { return }
    var joined = own.array
    for attachment in attachments { joined += attachment.array }
    guard joined == payload.array, attachments.map(\.count) == attributes.attachments.map(Int.init)
    else { throw Mismatch("the attachments are not what stands behind the object") }
  }

  private static func read(_ bytes: [UInt8]) throws(PouchError) -> (Attributes, Bytes) {
    var reader = EntryReader(Bytes(bytes))
    let entry = try reader.next()
    let attributes = try entry.attributes.map { (encoded) throws(PouchError) in
      try Attributes(reading: encoded)
    }
    try attributes?.checkAttachmentsOfChunks()
    return (attributes ?? .none, entry.payload)
  }
}
