/// A range that says in words what lies outside it.
struct Bounds<Value: Comparable & Sendable>: Sendable {
  let range: ClosedRange<Value>
  let format: @Sendable (Value) -> String
  /// The range in words.
  let text: String

  /// - Parameter isOpen: Whether the upper bound is only what can be counted.
  init(
    _ range: ClosedRange<Value>, isOpen: Bool = false,
    format: @escaping @Sendable (Value) -> String
  ) {
    self.range = range
    self.format = format
    let lower = format(range.lowerBound)
    text =
      isOpen
      ? "\(lower) or more"
      : range.lowerBound == range.upperBound ? lower : "\(lower) to \(format(range.upperBound))"
  }

  func check(_ value: Value, _ descriptor: Descriptor) throws(Complaint) -> Value {
    guard range.contains(value) else {
      throw Complaint(
        "'\(descriptor.name)' must be \(text), not \(format(value))")
    }
    return value
  }
}
