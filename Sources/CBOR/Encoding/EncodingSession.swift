/// What encodes one value, and each nested container or super encoder of it.
///
/// A value's containers write straight into one buffer. They are strictly nested, each done when
/// the `encode(to:)` that asked for it returns, so a frame on a stack is all that each needs. The
/// containers that a type may fill in any order (`nestedContainer`, `superEncoder`) have a
/// session of their own, whose bytes are put into the gap that was noted for them at the end.
///
/// The session of a whole value is kept by its encoder for the next one.
final class EncodingSession {
  enum Shape: BitwiseCopyable { case empty, single, array, map }

  /// A value that is being encoded.
  struct Frame: BitwiseCopyable {
    var shape = Shape.empty
    /// Tells this use of the frame from others, so that a container that outlived its value is
    /// noticed.
    var serial: Int
    /// Where the value starts, which is where its head is put.
    var start: Int
    /// Elements or entries so far.
    var count = 0
    /// Where the last key was written.
    var key = 0
    /// Containers around and including this one.
    var depth: Int
  }

  /// A place that something is put into when the whole is assembled.
  private struct Gap {
    enum Filling {
      case session(EncodingSession)
      /// Bytes that are too many to be copied more than once.
      case bytes(count: Int, copy: (UnsafeMutableRawBufferPointer) -> Void)
    }

    var position: Int
    let filling: Filling
  }

  let writer: Writer
  // What is unchecked here is never used within a use of itself.
  @exclusivity(unchecked) private(set) var context: EncodingContext
  @exclusivity(unchecked) private(set) var top: UnsafeMutablePointer<Frame>
  @exclusivity(unchecked) private var frames = Room<Frame>(capacity: 8)
  @exclusivity(unchecked) private var level = 0
  @exclusivity(unchecked) private var serial = 1
  private var gaps: [Gap] = []
  private let origin: Origin?

  /// Where a nested session hangs.
  private struct Origin {
    /// Weak, since the parent holds this session in a gap.
    weak var parent: EncodingSession?
    let level: Int
    let key: any CodingKey
  }

  /// A session for whole values, which has nothing yet.
  init() {
    writer = Writer()
    context = EncodingContext()
    origin = nil
    top = frames.base
    top.initialize(to: Frame(serial: 0, start: 0, depth: 0))
  }

  private init(parent: EncodingSession, key: any CodingKey) {
    writer = Writer(capacity: 64)
    context = parent.context
    origin = Origin(parent: parent, level: parent.level, key: key)
    top = frames.base
    top.initialize(to: Frame(serial: 0, start: 0, depth: parent.top.pointee.depth))
  }

  /// Makes a session that is kept ready for the next value.
  ///
  /// - Returns: Whether nothing of the last value is left: a container that a type kept beyond its
  ///   time holds its session, and a nested one the context.
  func reset() -> Bool {
    writer.removeAll()
    level = 0
    top = frames.base
    top.initialize(to: Frame(serial: 0, start: 0, depth: 0))
    if !gaps.isEmpty { gaps = [] }
    context.reset()
    return isKnownUniquelyReferenced(&context)
  }

  // MARK: Values

  /// Encodes any value as one item.
  @inline(__always)
  func encode<T: Encodable>(_ value: T) throws {
    if let direct = context.directType(of: T.self) {
      try direct.encode(value, to: self)
    } else {
      try encodeThroughCodable(value)
    }
  }

  /// Encodes a value by its own `encode(to:)`, leaving nothing behind when that throws.
  func encodeThroughCodable<T: Encodable>(_ value: T) throws {
    let mark = push()
    do {
      try value.encode(to: ValueEncoder(session: self, serial: top.pointee.serial))
      finishFrame()
      pop(to: mark)
    } catch {
      truncate(to: frames.base[mark + 1].start)
      pop(to: mark)
      throw error
    }
  }

  /// Opens a frame and returns the level to go back to.
  @inline(__always)
  func push() -> Int {
    let mark = level
    let depth = top.pointee.depth
    level &+= 1
    if level == frames.capacity { frames.grow() }
    top = frames.base + level
    top.initialize(to: Frame(serial: serial, start: writer.count, depth: depth))
    serial &+= 1
    return mark
  }

  @inline(__always)
  func pop(to mark: Int) {
    level = mark
    top = frames.base + mark
  }

  /// Opens an array or map in the current frame; asking again for the same is allowed, as a
  /// class and its superclass do.
  func open(_ shape: Shape) -> Bool {
    if top.pointee.shape == shape {
      if shape == .map { context.mayRepeatKeys = true }
      return true
    }
    guard top.pointee.shape == .empty, writer.count == top.pointee.start else { return false }
    top.pointee.shape = shape
    top.pointee.depth += 1
    // A head of one byte, which is nearly always enough; the rest is inserted at the end.
    writer.write(byte: 0)
    return true
  }

  /// Puts the head of the current frame where its place was kept.
  @inline(__always)
  private func finishFrame() {
    let frame = top.pointee
    switch frame.shape {
    case .single: break
    case .empty: writer.head(MajorType.map, 0)
    case .array, .map:
      let major = frame.shape == .map ? MajorType.map : MajorType.array
      if frame.count < 24 {
        writer.base[frame.start] = major &<< 5 | UInt8(truncatingIfNeeded: frame.count)
      } else {
        insertHead(major, UInt64(frame.count), at: frame.start)
      }
    }
  }

  private func insertHead(_ major: UInt8, _ count: UInt64, at start: Int) {
    let extra = Writer.headSize(count) - 1
    writer.insertRoom(extra, at: start + 1)
    _ = Writer.putLongHead(writer.base + start, major, count)
    for index in gaps.indices.reversed() {
      guard gaps[index].position > start else { break }
      gaps[index].position += extra
    }
  }

  /// Forgets what was written from a place on.
  func truncate(to position: Int) {
    writer.truncate(to: position)
    while let last = gaps.last, last.position >= position { gaps.removeLast() }
  }

  // MARK: Gaps

  /// Leaves a gap that a nested container or super encoder fills.
  func leaveGap(key: any CodingKey) -> EncodingSession {
    let filling = EncodingSession(parent: self, key: key)
    gaps.append(Gap(position: writer.count, filling: .session(filling)))
    return filling
  }

  /// Writes the content of a byte string, at once or, where it is large, when all else is known.
  func writeContent(
    _ count: Int, _ copy: @escaping (UnsafeMutableRawBufferPointer) -> Void
  ) {
    if count < 1 << 14 {
      writer.append(count, copy)
    } else {
      gaps.append(Gap(position: writer.count, filling: .bytes(count: count, copy: copy)))
    }
  }

  var hasGaps: Bool { !gaps.isEmpty }

  /// Closes the nested sessions and returns the size of the whole.
  func finish() -> Int {
    gaps.reduce(writer.count) { size, gap in
      switch gap.filling {
      case .bytes(let count, _): return size + count
      case .session(let session):
        session.finishFrame()
        return size + session.finish()
      }
    }
  }

  /// Copies the whole to memory of its size, every gap filled, and returns where it ends.
  func assemble(at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var target = target
    var position = 0
    for gap in gaps {
      target.update(from: writer.base + position, count: gap.position - position)
      target += gap.position - position
      position = gap.position
      switch gap.filling {
      case .session(let session): target = session.assemble(at: target)
      case .bytes(let count, let copy):
        copy(UnsafeMutableRawBufferPointer(start: target, count: count))
        target += count
      }
    }
    target.update(from: writer.base + position, count: writer.count - position)
    return target + (writer.count - position)
  }

  // MARK: Paths

  /// The steps to the value of the current frame.
  var codingPath: [any CodingKey] { path(upTo: level) }

  private func path(upTo level: Int) -> [any CodingKey] {
    var path: [any CodingKey] = []
    if let origin {
      path = origin.parent?.path(upTo: origin.level) ?? []
      path.append(origin.key)
    }
    for frame in UnsafeBufferPointer(start: frames.base, count: level) {
      switch frame.shape {
      case .empty, .single: continue
      case .array: path.append(PathKey(intValue: max(0, frame.count - 1)))
      case .map:
        guard frame.key < writer.count else { continue }
        let key = ItemCursor(offset: frame.key, record: 0)
        path.append(DocumentWalk.pathKey(key, base: writer.base, records: nil))
      }
    }
    return path
  }

  func failure(_ value: Any, _ message: String, _ code: CBORError.Code) -> EncodingError {
    let path = codingPath
    return .invalidValue(
      value,
      EncodingError.Context(
        codingPath: path, debugDescription: message,
        underlyingError: CBORError(code, message, codingPath: path)))
  }

  /// Refuses a use of a container that the current frame does not belong to.
  @inline(__always)
  func check(_ serial: Int) throws {
    if top.pointee.serial != serial { throw misuse() }
    if top.pointee.depth > context.depth { throw tooDeep() }
  }

  private func misuse() -> EncodingError {
    failure(
      (), "a container was used that does not belong to the value being encoded", .invalidValue)
  }

  private func tooDeep() -> EncodingError {
    failure((), "values nested more than \(context.depth) deep", .depthExceeded)
  }
}
