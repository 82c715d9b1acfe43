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
  /// The files of its attachments, in their order.
  var attachments: [String] = []
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

extension StreamedDelivery {
  /// Its attachments, for people, where there is no place for them; nil without any.
  var attachmentsLeftOut: String? {
    let sizes = attributes.attachments
    if sizes.isEmpty { return nil }
    let count = HumanText.count(UInt64(sizes.count), "attachment")
    return "\(count), \(HumanText.size(sizes.reduce(0, &+))), left out"
  }
}
