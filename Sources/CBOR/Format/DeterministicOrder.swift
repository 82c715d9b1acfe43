/// Sorts the maps of encoded bytes by their keys (RFC 8949, section 4.2.1).
///
/// The bytes are a preferred serialization that this module wrote, so order is all that is
/// missing, and sorting moves entries without changing a length.
enum DeterministicOrder {
  private struct Open {
    /// Items that are still to come; a map counts keys and values.
    var remaining: UInt64
    let isMap: Bool
    /// Where each key and each value starts; empty unless this is a map.
    var starts: [Int] = []
  }

  /// Sorts everything that the writer holds from `start` on.
  static func sort(_ writer: Writer, from start: Int = 0) {
    let base = writer.base
    let end = writer.count
    var open: [Open] = []
    var offset = start
    while offset < end {
      if let top = open.indices.last, open[top].isMap { open[top].starts.append(offset) }
      let head = Head(validated: base + offset)
      offset += head.size
      switch head.major {
      case MajorType.bytes, MajorType.text: offset += Int(head.argument)
      case MajorType.array where head.argument > 0:
        open.append(Open(remaining: head.argument, isMap: false))
        continue
      case MajorType.map where head.argument > 0:
        open.append(Open(remaining: head.argument * 2, isMap: true))
        continue
      case MajorType.tag:
        open.append(Open(remaining: 1, isMap: false))
        continue
      default: break
      }
      while let top = open.indices.last {
        open[top].remaining -= 1
        guard open[top].remaining == 0 else { break }
        if open[top].isMap { sortEntries(open[top].starts, end: offset, of: base) }
        open.removeLast()
      }
    }
  }

  private static func sortEntries(
    _ starts: [Int], end: Int, of base: UnsafeMutablePointer<UInt8>
  ) {
    func key(_ entry: Int) -> UnsafeRawBufferPointer {
      let start = starts[2 * entry]
      return UnsafeRawBufferPointer(start: base + start, count: starts[2 * entry + 1] - start)
    }
    func precedes(_ left: Int, _ right: Int) -> Bool {
      key(left).lexicographicallyPrecedes(key(right))
    }
    let entries = 0..<starts.count / 2
    if zip(entries, entries.dropFirst()).allSatisfy({ !precedes($1, $0) }) { return }
    var sorted: [UInt8] = []
    sorted.reserveCapacity(end - starts[0])
    for entry in entries.sorted(by: precedes) {
      let next = 2 * entry + 2
      let start = starts[2 * entry]
      let stop = next < starts.count ? starts[next] : end
      sorted.append(contentsOf: UnsafeBufferPointer(start: base + start, count: stop - start))
    }
    sorted.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: base + starts[0], count: $0.count).copyMemory(from: $0)
    }
  }
}
