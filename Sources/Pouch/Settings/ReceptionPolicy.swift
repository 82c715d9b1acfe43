import PouchCore

/// What a receiver admits, and whom it tells what it refused.
struct ReceptionPolicy: Sendable {
  /// The formats of objects that are handed over.
  var formats = ObjectFormatSet(Set(ObjectFormat.standard))
  /// Whether pickles may hold NumPy arrays.
  var allowsNumPy = false
  /// Called for each object that was refused.
  var onRefusal: (@Sendable (ConnectionInfo, RefusedObject, Refusal) -> Void)?

  /// Why an object in `format` is refused; nil when it is not.
  func refusal(of format: ObjectFormat) -> Refusal? {
    guard !formats.contains(format) else { return nil }
    return Refusal(
      code: "format",
      text: "the object is in the format \(format); this receiver takes: \(formats.text)")
  }
}
