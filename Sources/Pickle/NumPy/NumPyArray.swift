internal import CBOR

/// An array of NumPy's, which may be made empty and filled afterwards.
struct NumPyArray {
  /// Nil before its state is set.
  private(set) var value: Value?
  /// How many bytes it holds.
  private(set) var size = 0
  /// How many levels deep the value is.
  private(set) var height = 0
  /// How many objects the value is made of.
  private(set) var items = 1

  init() {}

  /// - Parameter elements: A typed array, or an ordinary one of booleans, in row-major order.
  init(shape: [Int], elements: Value, size: Int) {
    self.size = size
    items = 1 + (elements.array?.count ?? 1)
    if shape.count == 1 {
      value = elements
      height = 1
    } else {
      value = .tagged(40, [.array(shape.map { Value($0) }), elements])
      items += 3 + shape.count
      height = 3
    }
  }
}
