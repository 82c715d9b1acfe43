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
    /// How many bytes of text it is printed as, at most.
    var text = 0

    static func - (left: Size, right: Size) -> Size {
      Size(
        items: left.items - right.items, content: left.content - right.content,
        text: left.text - right.text)
    }

    static func += (left: inout Size, right: Size) {
      left.items &+= right.items
      left.content &+= right.content
      left.text &+= right.text
    }
  }

  /// So much text is allowed, however small the pickle.
  private static let freeText = 1 << 20

  private(set) var spent = Size()
  private let most: Size

  init(items: Int, expansion: Int, inputSize: Int) {
    let (text, overflow) = inputSize.multipliedReportingOverflow(by: max(expansion, 0))
    // All that is there, converted once, and short text again for each object. Nothing that is
    // counted at once reaches so far that the sum would overflow.
    most = Size(
      items: items, content: 2 * inputSize + 64 * items,
      text: overflow ? Int.max / 4 : min(max(text, Self.freeText), Int.max / 4))
  }

  @inline(__always)
  mutating func count(_ size: Size, offset: Int?) throws(PickleError) {
    spent += size
    guard spent.items <= most.items, spent.content <= most.content, spent.text <= most.text else {
      throw excess(offset)
    }
  }

  private func excess(_ offset: Int?) -> PickleError {
    let excess =
      if spent.items > most.items {
        "\(most.items) objects"
      } else if spent.content > most.content {
        "\(most.content) bytes of content"
      } else {
        "\(most.text) bytes of text"
      }
    return PickleError(
      .limitExceeded, "the pickle unfolds to more than \(excess)", offset: offset)
  }
}
