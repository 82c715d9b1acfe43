import PouchCore

extension Attributes {
  /// Checks the size that an object is said to have against the `count` bytes that there are of it:
  /// a receiver would end the connection.
  ///
  /// - Parameter isWhole: Whether that is all of it.
  static func check(size: UInt64?, of count: UInt64, isWhole: Bool) throws(PouchError) {
    guard let size, isWhole ? count != size : count > size else { return }
    throw PouchError(
      .usage,
      "the attributes say that the object has \(size) bytes; it has \(count)"
        + (isWhole ? "" : " or more"),
      hint: "say the size of the whole object, attachments included, or none")
  }
}
