/// Makes the objects of one connection, one after the other. Used by one task or thread.
struct ObjectMaker: Sendable {
  let content: ObjectContent
  private let corrupts: Bool
  private var course: Course
  /// The next object's tag, as far as the clock has nothing to do with it.
  private var following: UInt64
  private let clock: RoundClock?
  private var startedAt: UInt64 = 0
  /// How many objects followed the one that started the clock.
  private(set) var timed: UInt64 = 0

  init(_ round: RoundPlan, connection: Int, begin: UInt64, looksOften: Bool = false) {
    content = round.content
    corrupts = round.corrupts
    clock = round.sendingClock
    course = Course(
      round.extent, begin: begin, size: round.content.size, looksOften: looksOften)
    following = ObjectTag(connection: connection).rawValue
  }

  /// The size of every object, in bytes.
  var size: Int { content.size }

  /// How many objects there have been.
  var count: UInt64 { ObjectTag(rawValue: following).sequence }

  /// The tag of the next object; nil when the round is over.
  @inline(__always)
  mutating func next() -> ObjectTag? {
    guard let word = course.next() else { return nil }
    let tag = ObjectTag(rawValue: following | word)
    following &+= 1
    if word != 0 { note(tag) }
    return tag
  }

  @inline(never)
  private mutating func note(_ tag: ObjectTag) {
    if tag.starts {
      clock?.start()
      startedAt = tag.sequence
    }
    if tag.isLast { timed = tag.sequence - startedAt }
  }

  /// Whether an object that came back looks as it was made.
  func matches(_ tag: ObjectTag, _ object: UnsafeRawBufferPointer) -> Bool {
    guard object.count == size, let base = object.baseAddress else { return false }
    return content.matches(tag, base)
  }

  /// Ends the round with the next object that can end it.
  mutating func endEarly() { course.endEarly() }

  /// Writes the object with this tag into `memory`, which has its size.
  ///
  /// - Parameter refresh: Whether the memory may hold something else than an earlier object.
  @inline(__always)
  func write(
    _ tag: ObjectTag, into memory: UnsafeMutableRawBufferPointer, refresh: Bool = false
  ) {
    content.write(tag, into: memory, refresh: refresh)
    if tag.rawValue >= ObjectTag.last { corrupt(tag, memory) }
  }

  /// Memory for one object, ready to be written over and over.
  func makeMemory() -> [UInt8] {
    var memory = [UInt8](repeating: 0, count: size)
    memory.withUnsafeMutableBytes {
      content.write(ObjectTag(rawValue: following), into: $0, refresh: true)
    }
    return memory
  }

  /// The same as memory that no check stands before, for whoever owns it alone.
  func makeRawMemory() -> RawMemory {
    let memory = RawMemory(size: size)
    content.write(ObjectTag(rawValue: following), into: memory.bytes, refresh: true)
    return memory
  }

  /// Changes a bit of the object that starts the clock, when it is asked whether that is noticed.
  private func corrupt(_ tag: ObjectTag, _ memory: UnsafeMutableRawBufferPointer) {
    guard corrupts, tag.starts else { return }
    // Where every object is looked at: behind the tag, or inside it when that is all there is.
    memory[size > ObjectTag.size + 8 ? ObjectTag.size + 1 : 1] ^= 0x10
  }
}
