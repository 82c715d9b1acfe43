import PouchCore

/// The parts of one object, taken piece by piece in their order: what is large as slices, and what
/// is small gathered, because a small run costs less to copy than to write from its own place.
struct Pieces {
  private let parts: [Bytes]
  private var index = 0
  /// What is left of the part at `index`.
  private var rest = Bytes()

  init(_ parts: [Bytes]) {
    self.parts = parts
    rest = parts.first ?? Bytes()
    skipEmpty()
  }

  /// The next piece, of at most `longest` bytes; an empty one at the end.
  mutating func next(_ longest: Int) -> Bytes {
    let piece = rest.prefix(longest)
    advance(piece.count)
    guard piece.count < longest, isSmall(piece), isSmall(rest), !rest.isEmpty else { return piece }
    var gathered = ByteBuffer(capacity: min(longest, 2 * Outbox.copyLimit))
    gathered.append(piece)
    while !rest.isEmpty, isSmall(rest), gathered.count + rest.count <= longest {
      gathered.append(rest)
      advance(rest.count)
    }
    return gathered.freeze()
  }

  /// Everything that is left.
  mutating func all() -> [Bytes] {
    var pieces: [Bytes] = []
    while !rest.isEmpty { pieces.append(next(.max)) }
    return pieces
  }

  private func isSmall(_ bytes: Bytes) -> Bool { bytes.count <= Outbox.copyLimit }

  private mutating func advance(_ count: Int) {
    rest = rest.dropFirst(count)
    skipEmpty()
  }

  private mutating func skipEmpty() {
    while rest.isEmpty, index < parts.count {
      index += 1
      if index < parts.count { rest = parts[index] }
    }
  }
}
