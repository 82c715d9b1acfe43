internal import Pouch
internal import PouchCore

/// Writes each object to a file of its own, and each of its attachments to one beside it.
struct FileStore: ObjectStore {
  let directory: OutputDirectory

  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject {
    let (directory, name) = (directory, delivery.attributes.name)
    let attachments = delivery.attributes.attachments.count
    if attachments == 0, let whole = delivery.body.whole {
      meter.add(bytes: whole.count)
      let file = try await blocking {
        let file = try directory.begin(name)
        try file.write(whole)
        return try file.commit()
      }
      return StoredObject(size: UInt64(whole.count), file: file)
    }
    var files = [try await blocking { try directory.begin(name) }]
    var parts = BodyParts(delivery)
    var size: UInt64 = 0
    for try await chunk in delivery.body {
      meter.add(bytes: chunk.count)
      size += UInt64(chunk.count)
      let pieces = parts.cut(chunk)
      files = try await blocking { [files] in
        var files = files
        for piece in pieces {
          try FileStore.begin(upTo: piece.part, &files)
          try files[piece.part].write(piece.bytes)
        }
        return files
      }
    }
    // The object comes last: when its file is there, so are those of its attachments.
    let names = try await blocking { [files] in
      var files = files
      try FileStore.begin(upTo: attachments, &files)
      let others = try files.dropFirst().map { try $0.commit() }
      return try [files[0].commit()] + others
    }
    return StoredObject(
      size: size, file: names.first, attachments: Array(names.dropFirst()))
  }
  /// Begins the files of attachments up to a number, one after the other: the peer says how many there
  /// are, and costs one descriptor.
  private static func begin(upTo last: Int, _ files: inout [IncomingFile]) throws {
    while files.count <= last {
      try files[files.count - 1].seal()
      files.append(try files[0].beginAttachment(files.count))
    }
  }
}
