internal import Pouch
internal import PouchCore

/// Where received objects go.
protocol ObjectStore: Sendable {
  /// Takes an object, and returns when it is where it belongs.
  ///
  /// - Throws: `Refusal`; `PouchError` when it cannot be stored, or the rest of it does not come.
  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject
}

/// An object that has been taken.
struct StoredObject: Sendable {
  /// In bytes.
  var size: UInt64
  /// The file below the output directory.
  var file: String?
  /// What the place where it went could not hold of it.
  var losses: String?
}

/// Why an object that has come whole cannot be taken: it is not what its format says, or more than
/// the place where it goes can hold.
struct InvalidObject: Error {
  let cause: PouchError

  /// Runs what throws for such an object alone.
  static func finding<T>(_ body: () throws(PouchError) -> T) throws(InvalidObject) -> T {
    do throws(PouchError) { return try body() } catch { throw InvalidObject(cause: error) }
  }
}

/// Writes each object to a file of its own.
struct FileStore: ObjectStore {
  let directory: OutputDirectory

  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject {
    let (directory, name) = (directory, delivery.attributes.name)
    if let whole = delivery.body.whole {
      meter.add(bytes: whole.count)
      let file = try await blocking {
        let file = try directory.begin(name)
        try file.write(whole)
        return try file.commit()
      }
      return StoredObject(size: UInt64(whole.count), file: file)
    }
    let file = try await blocking { try directory.begin(name) }
    var size: UInt64 = 0
    for try await chunk in delivery.body {
      meter.add(bytes: chunk.count)
      size += UInt64(chunk.count)
      try await blocking { try file.write(chunk) }
    }
    return StoredObject(size: size, file: try await blocking { try file.commit() })
  }
}
