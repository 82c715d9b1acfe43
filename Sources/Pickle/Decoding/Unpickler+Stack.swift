/// The stack, its marks, and the memo.
extension Unpickler {
  @inline(__always)
  mutating func push(_ item: Item) throws(PickleError) {
    guard stack.count < arena.limit else { throw excess() }
    stack.append(item)
  }

  private func excess() -> PickleError {
    PickleError(
      .limitExceeded, "the pickle holds more than \(arena.limit) objects", offset: reader.start)
  }

  mutating func pop() throws(PickleError) -> Item {
    guard stack.count > floor, let item = stack.popLast() else {
      throw malformed("an object is taken from an empty stack")
    }
    return item
  }

  /// Where the topmost objects start, of which there are `count`.
  func top(_ count: Int) throws(PickleError) -> Int {
    guard stack.count &- floor >= count else {
      throw malformed("\(count) objects are taken from a stack of \(stack.count &- floor)")
    }
    return stack.count &- count
  }

  /// Takes the last mark away.
  ///
  /// - Returns: Where the objects above it start.
  mutating func popMark() throws(PickleError) -> Int {
    guard let mark = marks.popLast() else { throw malformed("a mark that was not set") }
    floor = marks.last ?? 0
    return mark
  }

  mutating func setMark() throws(PickleError) {
    guard marks.count < arena.limit else { throw excess() }
    floor = stack.count
    marks.append(floor)
  }

  /// POP takes an object, or the mark where there is none above it.
  mutating func popOrUnmark() throws(PickleError) {
    if stack.count == floor, !marks.isEmpty { _ = try popMark() } else { _ = try pop() }
  }

  mutating func duplicate() throws(PickleError) {
    let item = stack[try top(1)]
    arena.share(item)
    try push(item)
  }

  /// Replaces what stands from a place on.
  mutating func replace(from start: Int, with item: Item) throws(PickleError) {
    stack.removeSubrange(start...)
    try push(item)
  }

  mutating func put(at index: UInt64) throws(PickleError) {
    memo.put(stack[try top(1)], at: index)
  }

  mutating func get(_ index: UInt64) throws(PickleError) {
    guard let item = memo[index] else { throw malformed("the memo has no entry \(index)") }
    arena.share(item)
    try push(item)
  }

  mutating func memoLine() throws(PickleError) -> UInt64 {
    let line = try reader.line()
    var index: UInt64 = 0
    for digit in line {
      guard (0x30...0x39).contains(digit), line.count <= 18 else {
        throw malformed("a number of the memo that is none")
      }
      index = index * 10 + UInt64(digit - 0x30)
    }
    guard !line.isEmpty else { throw malformed("a number of the memo that is none") }
    return index
  }
}
