internal import CBOR

/// Finds keys that are one to Python: `True`, `1` and `1.0`, and tuples and sets of such.
struct KeyTable {
  /// Two keys that are one.
  struct Duplicate {
    let first: Int
    let second: Int
    /// Whether a NaN is among them, which Python takes for a new one each time.
    let holdsNaN: Bool
  }

  /// Up to this number of keys comparing each with each is the quickest.
  private static let few = 8

  /// How many more elements of tuples and sets may be looked at: they could be nested so that
  /// each is looked at again for every level.
  private var budget: Int

  init(budget: Int) { self.budget = budget }

  /// Keys that are one, by their indices: each with the first that equals it.
  ///
  /// - Parameter step: 2 where every other value is a key.
  mutating func duplicates(
    in values: [Value], step: Int
  ) throws(PickleError) -> [Duplicate] {
    guard values.count > step, !areSurelyDistinct(values, step) else { return [] }
    var duplicates: [Duplicate] = []
    var seen: [KeyForm: Int] = [:]
    seen.reserveCapacity(values.count / step)
    for index in stride(from: 0, to: values.count, by: step) {
      let form = try KeyForm(values[index], budget: &budget)
      if let first = seen[form] {
        duplicates.append(Duplicate(first: first, second: index, holdsNaN: form.holdsNaN))
      } else {
        seen[form] = index
      }
    }
    return duplicates
  }

  private func areSurelyDistinct(_ values: [Value], _ step: Int) -> Bool {
    guard values.count <= Self.few * step else { return false }
    for later in stride(from: step, to: values.count, by: step) {
      for earlier in stride(from: 0, to: later, by: step)
      where !areSurelyDistinct(values[earlier], values[later]) { return false }
    }
    return true
  }

  private func areSurelyDistinct(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.text(let left), .text(let right)): left.utf8.count != right.utf8.count || left != right
    case (.unsigned(let left), .unsigned(let right)): left != right
    case (.negative(let left), .negative(let right)): left != right
    case (.bytes(let left), .bytes(let right)): left != right
    case (.text, .unsigned), (.unsigned, .text), (.text, .bytes), (.bytes, .text),
      (.unsigned, .negative), (.negative, .unsigned), (.text, .negative), (.negative, .text):
      true
    default: false
    }
  }
}
