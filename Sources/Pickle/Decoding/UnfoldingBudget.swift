/// What a pickle has unfolded to: every object as often as it is referred to.
///
/// A few dozen bytes can refer to lists of lists so that they stand for 2^30 objects. Values share
/// what is referred to twice, so that it is not memory that this saves, but the time of whoever
/// walks, prints or sends the value.
struct UnfoldingBudget {
  struct Size {
    var items = 0
    /// How many bytes text, byte strings and numbers of any length hold.
    var content = 0

    static func - (left: Size, right: Size) -> Size {
      Size(items: left.items - right.items, content: left.content - right.content)
    }
  }

  private(set) var spent = Size()
  private let most: Size

  init(items: Int, inputSize: Int) {
    // All that is there, converted once, and short text again for each object.
    most = Size(items: items, content: 2 * inputSize + 64 * items)
  }

  @inline(__always)
  mutating func count(_ size: Size, offset: Int?) throws(PickleError) {
    spent.items &+= size.items
    spent.content &+= size.content
    guard spent.items <= most.items, spent.content <= most.content else { throw excess(offset) }
  }

  private func excess(_ offset: Int?) -> PickleError {
    let excess =
      spent.items > most.items ? "\(most.items) objects" : "\(most.content) bytes of content"
    return PickleError(
      .limitExceeded, "the pickle unfolds to more than \(excess)", offset: offset)
  }
}
