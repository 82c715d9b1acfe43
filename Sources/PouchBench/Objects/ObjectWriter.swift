/// Writes objects into memory.
///
/// A class, so that a closure which writes an object copies one reference and not what makes it.
final class ObjectWriter: Sendable {
  let content: ObjectContent
  private let corrupts: Bool

  /// - Parameter corrupts: Whether the object that starts the clock is changed, to see that this is
  ///   noticed.
  init(_ content: ObjectContent, corrupts: Bool) {
    self.content = content
    self.corrupts = corrupts
  }

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

  @inline(__always)
  func write(_ tag: ObjectTag, into memory: inout [UInt8]) {
    memory.withUnsafeMutableBytes { write(tag, into: $0) }
  }

  private func corrupt(_ tag: ObjectTag, _ memory: UnsafeMutableRawBufferPointer) {
    guard corrupts, tag.starts else { return }
    // Where every object is looked at: behind the tag, or inside it when that is all there is.
    memory[memory.count >= 2 * ObjectTag.size ? ObjectTag.size + 1 : 1] ^= 0x10
  }

  /// Memory for one object, ready to be written over and over.
  func makeMemory() -> [UInt8] {
    var memory = [UInt8](repeating: 0, count: content.size)
    memory.withUnsafeMutableBytes {
      content.write(ObjectTag(connection: 0), into: $0, refresh: true)
    }
    return memory
  }

  /// The same as memory that no check stands before, for whoever owns it alone.
  func makeRawMemory() -> RawMemory {
    let memory = RawMemory(size: content.size)
    content.write(ObjectTag(connection: 0), into: memory.bytes, refresh: true)
    return memory
  }
}
