internal import Pouch
internal import PouchCore

/// Where received objects go.
protocol ObjectStore: Sendable {
  /// Takes an object, and returns when it is where it belongs.
  ///
  /// - Throws: `Refusal`, `InvalidObject`, or `StorageFailure` when it cannot be stored;
  ///   `PouchError` when the rest of it does not come; `TornObject` when part of it stands there.
  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject

  /// Waits until no object can be stored any more.
  ///
  /// - Returns: Why; nil when that cannot be known before an object has come, or with the task's
  ///   cancellation.
  func waitForEnd() async -> StorageFailure?
}

extension ObjectStore {
  func waitForEnd() async -> StorageFailure? { nil }
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

/// An object that came to nothing, though a part of it stands where it went and cannot be taken back.
struct TornObject: Error {
  /// How much of it, in bytes from its beginning.
  let written: UInt64
  /// Why there is no more of it.
  let cause: any Error

  /// The error for an object of which `written` bytes stand there.
  static func error(_ written: UInt64, _ cause: any Error) -> any Error {
    written > 0 ? TornObject(written: written, cause: cause) : cause
  }
}

/// Why an object that has come whole cannot be taken: it is not what its format says, or more than
/// the place where it goes can hold.
struct InvalidObject: Error {
  let cause: PouchError
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
