internal import CBOR

/// Finds keys that are one to Python: `True`, `1` and `1.0`, and tuples and sets of such.
struct KeyTable {
  /// Two keys that are one.
  struct Duplicate {
    let first: Int
    let second: Int
    /// Whether a NaN is among them, which Python takes for a new one each time.
    var holdsNaN = false
  }

  /// Up to this number of keys comparing each with each is the quickest.
  private static let few = 8

  /// How many more elements of tuples and sets may be looked at: they could be nested so that
  /// each is looked at again for every level.
  private var budget: Int
  private var plain = PlainKeys()

  init(budget: Int) { self.budget = budget }

  /// Keys that are one, by their indices: each with the first that equals it.
  ///
  /// - Parameter step: 2 where every other value is a key.
  mutating func duplicates(
    in values: [Value], step: Int
  ) throws(PickleError) -> [Duplicate] {
    if values.count <= step { return [] }
    if values.count <= Self.few * step, Self.areSurelyDistinct(values, step) { return [] }
    if let duplicates = plain.duplicates(in: values, step: step) { return duplicates }
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

  private static func areSurelyDistinct(_ values: [Value], _ step: Int) -> Bool {
    for later in stride(from: step, to: values.count, by: step) {
      for earlier in stride(from: 0, to: later, by: step)
      where PlainKeys.areEqual(values[earlier], values[later]) ?? true { return false }
    }
    return true
  }
}
