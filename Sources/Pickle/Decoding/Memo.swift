/// What a pickle has put aside under a number.
///
/// Picklers number from 0 on; other numbers, which may be as large as 2^32, are kept apart, so
/// that there is never more room than there are entries.
struct Memo {
  private var dense: [Item] = []
  private var sparse: [UInt64: Item] = [:]

  /// How many entries there are, which is the number that MEMOIZE takes.
  var count: UInt64 { UInt64(dense.count &+ sparse.count) }

  subscript(index: UInt64) -> Item? {
    if index < UInt64(dense.count) { return dense[Int(index)] }
    return sparse.isEmpty ? nil : sparse[index]
  }

  mutating func put(_ item: Item, at index: UInt64) {
    if index < UInt64(dense.count) {
      dense[Int(index)] = item
    } else if index == UInt64(dense.count) {
      dense.append(item)
      if !sparse.isEmpty { sparse[index] = nil }
    } else {
      sparse[index] = item
    }
  }
}
