/// What the bytes of objects look like.
package enum ContentKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// Pseudo-random bytes, which nothing compresses.
  case random
  /// Records in JSON, with numbers that differ.
  case text
}

/// The content of every object of a run: a function of its tag, cheap to make and cheap to check.
///
/// An object is its tag and a window of a template. Random content has the first 64 bytes of every
/// 4 KiB combined with a number that the tag gives; text lets the window begin somewhere else for
/// every object. So no object is like another, and a piece of one in the place of another shows.
///
/// `@unchecked Sendable`: nothing changes the template after `init`.
final class ObjectContent: @unchecked Sendable {
  private static let page = 4096
  private static let block = 64
  private static let wordSize = 8

  let kind: ContentKind
  /// The size of every object, in bytes.
  let size: Int
  private let template: UnsafeMutableRawPointer

  init(_ kind: ContentKind, size: Int) {
    precondition(size >= ObjectTag.size, "an object has room for its tag")
    self.kind = kind
    self.size = size
    let length = size + ObjectContent.page
    template = .allocate(byteCount: length, alignment: 64)
    let memory = UnsafeMutableRawBufferPointer(start: template, count: length)
    switch kind {
    case .random: Template.fillRandomly(memory)
    case .text: Template.fillWithRecords(memory)
    }
  }

  deinit {
    template.deallocate()
  }

  /// Where an object's window of the template begins.
  @inline(__always)
  private func window(_ identity: UInt64) -> UnsafeMutableRawPointer {
    if kind == .random { return template }
    // Odd, so that neighbours of a connection, and those of several, begin at different places.
    let start = (identity &* 61) &+ (identity >> ObjectTag.connectionShift &* 1009)
    return template + Int(start & 4095)
  }

  /// What the first bytes of each page are combined with.
  @inline(__always)
  private func mask(_ identity: UInt64) -> UInt64 {
    kind == .random ? (identity &+ 1) &* 0x9E37_79B9_7F4A_7C15 : 0
  }

  // MARK: Making

  /// Writes the object with this tag into `memory`, which has its size.
  ///
  /// - Parameter refresh: Whether the memory may hold something else than an earlier object.
  @inline(__always)
  func write(_ tag: ObjectTag, into memory: UnsafeMutableRawBufferPointer, refresh: Bool) {
    guard memory.count == size, let base = memory.baseAddress else { return }
    if refresh || kind == .text {
      base.copyMemory(from: window(tag.identity), byteCount: size)
    }
    if kind == .random {
      let mask = mask(tag.identity)
      var page = 0
      while page < size {
        stamp(base + page, template + page, min(ObjectContent.block, size - page), mask)
        page += ObjectContent.page
      }
    }
    base.storeBytes(of: tag.rawValue, as: UInt64.self)
  }

  @inline(__always)
  private func stamp(
    _ target: UnsafeMutableRawPointer, _ source: UnsafeMutableRawPointer, _ length: Int,
    _ mask: UInt64
  ) {
    if length == ObjectContent.block {
      let words = source.loadUnaligned(as: SIMD8<UInt64>.self) ^ SIMD8(repeating: mask)
      target.storeBytes(of: words, as: SIMD8<UInt64>.self)
      return
    }
    var offset = 0
    while offset + ObjectContent.wordSize <= length {
      let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ mask
      target.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
      offset += ObjectContent.wordSize
    }
  }

  // MARK: Checking

  /// Whether `object`, which has the right size and begins with `tag`, looks as it was made: the
  /// first 64 bytes of every 4 KiB, and of the rest of each a word that is another one in the next
  /// object. Nothing of an object of 64 bytes is left out.
  @inline(__always)
  func matches(_ tag: ObjectTag, _ object: UnsafeRawPointer) -> Bool {
    let window = window(tag.identity)
    let mask = mask(tag.identity)
    var page = 0
    while page < size {
      let length = min(ObjectContent.page, size - page)
      let block = min(ObjectContent.block, length)
      // The tag stands in the place of the first word, and was looked at before.
      let isFirst = page == 0
      guard differences(object + page, window + page, block, mask, isFirst) == 0 else {
        return false
      }
      let words = (length - block) / ObjectContent.wordSize
      if words > 0 {
        let offset = page + block + ObjectContent.sample(tag.identity, words)
        let found = object.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let made = window.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        if found != made { return false }
      }
      page += ObjectContent.page
    }
    return true
  }

  /// The bits in which two blocks differ, all words together.
  @inline(__always)
  private func differences(
    _ found: UnsafeRawPointer, _ made: UnsafeRawPointer, _ length: Int, _ mask: UInt64,
    _ isFirst: Bool
  ) -> UInt64 {
    if length == ObjectContent.block {
      var bits =
        found.loadUnaligned(as: SIMD8<UInt64>.self)
        ^ made.loadUnaligned(as: SIMD8<UInt64>.self) ^ SIMD8(repeating: mask)
      if isFirst { bits[0] = 0 }
      let four = bits.lowHalf | bits.highHalf
      let two = four.lowHalf | four.highHalf
      return two[0] | two[1]
    }
    var bits: UInt64 = 0
    var offset = isFirst ? ObjectTag.size : 0
    while offset + ObjectContent.wordSize <= length {
      bits |=
        found.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        ^ made.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ mask
      offset += ObjectContent.wordSize
    }
    return bits
  }

  /// The place of the word that is looked at, among so many.
  @inline(__always)
  private static func sample(_ identity: UInt64, _ words: Int) -> Int {
    let hash = (identity &* 0x9E37_79B9_7F4A_7C15) >> 32
    return Int((hash &* UInt64(truncatingIfNeeded: words)) >> 32) * wordSize
  }

  /// Whether every byte of `object` is as it was made.
  func matchesWhole(_ tag: ObjectTag, _ object: UnsafeRawBufferPointer) -> Bool {
    guard object.count == size else { return false }
    let made = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { made.deallocate() }
    write(tag, into: made, refresh: true)
    return object.elementsEqual(made)
  }
}
