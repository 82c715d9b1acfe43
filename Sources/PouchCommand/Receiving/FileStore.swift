internal import Pouch
internal import PouchCore

/// Writes each object to a file of its own, and each of its attachments to one beside it.
struct FileStore: ObjectStore {
  let directory: OutputDirectory
  private let places = FilePlaces()

  init(directory: OutputDirectory) { self.directory = directory }

  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject {
    let (directory, name) = (directory, delivery.attributes.name)
    if delivery.attributes.attachments.isEmpty, let whole = delivery.body.whole {
      meter.add(bytes: whole.count)
      let file = try await blocking {
        let file = try directory.begin(name)
        try file.write(whole)
        return try file.commit()
      }
      return StoredObject(size: UInt64(whole.count), file: file)
    }
    return try await places.withPlace(for: delivery) {
      try await gather(delivery, meter)
    }
  }

  /// Writes an object as it comes.
  private func gather(
    _ delivery: StreamedDelivery, _ meter: ProgressMeter
  ) async throws -> StoredObject {
    let (directory, name) = (directory, delivery.attributes.name)
    let attachments = delivery.attributes.attachments.count
    let object = IncomingObject(try await blocking { try directory.begin(name) })
    var parts = BodyParts(delivery)
    var size: UInt64 = 0
    for try await chunk in delivery.body {
      meter.add(bytes: chunk.count)
      size += UInt64(chunk.count)
      let pieces = parts.cut(chunk)
      try await blocking { try object.write(pieces) }
    }
    let names = try await blocking { try object.commit(attachments: attachments) }
    return StoredObject(
      size: size, file: names.first, attachments: Array(names.dropFirst()))
  }
}
