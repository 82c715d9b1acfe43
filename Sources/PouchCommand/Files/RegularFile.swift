internal import CPouchSystem
internal import Glibc
internal import PouchCore

/// Reads a regular file as it was at one moment, although others may write to it.
///
/// What the file says of itself when it was opened is compared with what it says at the end: its
/// size, and when it was last changed. Where that differs, or the file was written to just before
/// it was opened, so that its times could be the same after another write, it is read once more:
/// the bytes count only if they are still those that were read. A file that grows is read as long
/// as it was at first; one that was replaced, touched or renamed meanwhile is still the file that
/// was opened.
///
/// What this cannot see: a change that is taken back before the second reading; a write to a
/// mapping that was dirty before the file was opened; a file system whose times are coarser than
/// two seconds, or are not kept.
struct RegularFile: Sendable {
  /// How far the file is read.
  enum Extent: Sendable {
    /// As far as it went when it was opened.
    case opened
    /// Up to where it ends when that is reached.
    case end
  }

  /// How much is read at once.
  static let block = 1 << 20
  private static let page = 4096

  /// How many bytes there are to read; nil when that shows only at the end.
  private(set) var size: UInt64?
  /// Whether everything was read.
  private(set) var hasEnded = false
  /// Whether, at the end, there was more than when the file was opened.
  private(set) var hasGrown = false

  private let handle: FileHandle
  private let label: String
  /// Where the first byte stands.
  private let start: off_t
  private let opened: stat
  /// Whether another write could leave the file's times as they are.
  private let isFresh: Bool
  /// Whether what the file says of itself is true of its bytes: files of /proc and /sys say a size
  /// that is none, and hold something else each time.
  private var isStable = true
  private var count: UInt64 = 0
  private var checksum: UInt32 = 0

  /// - Parameter start: Where to begin; the descriptor stands there.
  init(_ handle: FileHandle, _ label: String, _ opened: stat, start: off_t, _ extent: Extent) {
    self.handle = handle
    self.label = label
    self.opened = opened
    self.start = start
    isFresh = RegularFile.isFresh(opened)
    if extent == .opened { size = UInt64(max(0, opened.st_size - start)) }
  }

  /// The next bytes, none at the end. Blocks.
  ///
  /// - Parameter longest: The most bytes that are wanted at once.
  /// - Throws: `.inputMissing` with the system's reason; `.badData` for a file that has changed.
  mutating func next(_ longest: Int) throws(PouchError) -> Bytes {
    if hasEnded { return Bytes() }
    guard let size else { return try take(try read(longest)) }
    if count == 0 { return try begin(size, longest) }
    let bytes = try read(min(longest, Int(clamping: size - count)))
    guard !bytes.isEmpty else { throw shorter() }
    return try take(bytes)
  }

  /// The first bytes, with which it shows whether the size is one.
  private mutating func begin(_ size: UInt64, _ longest: Int) throws(PouchError) -> Bytes {
    guard size <= UInt64(RegularFile.block) else {
      try probe(size)
      return try take(try read(longest))
    }
    // One byte more than there should be; a file that says nothing can hold anything.
    let bytes = try read(size == 0 ? RegularFile.page : Int(size) + 1)
    let found = UInt64(bytes.count)
    if found == size { return try take(bytes) }
    if try hasChanged() {
      guard found > size else { throw shorter() }
      return try take(bytes.prefix(Int(size)))
    }
    isStable = false
    self.size = found < size ? found : nil
    return try take(bytes)
  }

  /// Books bytes, and checks the file when they are the last.
  private mutating func take(_ bytes: Bytes) throws(PouchError) -> Bytes {
    count += UInt64(bytes.count)
    if isStable {
      checksum = bytes.withUnsafeBytes { pouch_crc32c(checksum, $0.baseAddress, $0.count) }
    }
    hasEnded = size.map { count == $0 } ?? bytes.isEmpty
    if hasEnded { try verify() }
    return bytes
  }

  /// Finds out whether a large file is as large as it says.
  private mutating func probe(_ size: UInt64) throws(PouchError) {
    var bytes: (UInt8, UInt8) = (0, 0)
    let last = start + off_t(size) - 1
    let found = withUnsafeMutableBytes(of: &bytes) { memory in
      retrying { pread(handle.number, memory.baseAddress, 2, last) }
    }
    if found == 1 { return }
    if try hasChanged() {
      if found < 1 { throw shorter() }
      return
    }
    self.size = nil
    isStable = false
  }

  // MARK: Changes

  /// - Throws: `.badData` when the bytes that were read are not those of one moment.
  private mutating func verify() throws(PouchError) {
    guard isStable else { return }
    let now = try status()
    hasGrown = now.st_size > opened.st_size
    if !isFresh, now.isSame(as: opened) { return }
    let end = UInt64(max(0, now.st_size - start))
    guard end >= count else { throw shorter() }
    guard try readAgain() == checksum else {
      throw PouchError(
        .badData, "'\(label)' changed while it was read",
        hint: "send it again when nothing writes to it")
    }
  }

  /// The checksum of the bytes that stand where those stood that were read.
  private func readAgain() throws(PouchError) -> UInt32 {
    var checksum: UInt32 = 0
    var offset: UInt64 = 0
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(clamping: min(count, UInt64(RegularFile.block))), alignment: 16)
    defer { memory.deallocate() }
    while offset < count {
      let length = Int(clamping: min(count - offset, UInt64(memory.count)))
      let place = start + off_t(offset)
      let found = retrying { pread(handle.number, memory.baseAddress, length, place) }
      guard found >= 0 else {
        throw .system(.inputMissing, "'\(label)' cannot be read", errno: errno)
      }
      guard found > 0 else { throw shorter() }
      checksum = pouch_crc32c(checksum, memory.baseAddress, found)
      offset += UInt64(found)
    }
    return checksum
  }

  private func hasChanged() throws(PouchError) -> Bool { try !status().isSame(as: opened) }

  private func status() throws(PouchError) -> stat {
    guard let status = handle.status() else {
      throw .system(.inputMissing, "'\(label)' cannot be read", errno: errno)
    }
    return status
  }

  private func shorter() -> PouchError {
    PouchError(
      .badData, "'\(label)' became shorter while it was read",
      hint: "send it again when nothing writes to it")
  }

  /// Whether a file was changed so lately that the clock of its file system may stand where it
  /// stood then.
  private static func isFresh(_ status: stat) -> Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let last = max(status.st_mtim.nanoseconds, status.st_ctim.nanoseconds)
    // The kernel's coarse clock ticks every 10 ms at most; file systems without fractions of a
    // second count in steps of two.
    let step: Int64 = last % 1_000_000_000 == 0 ? 2_000_000_000 : 20_000_000
    return last > now.nanoseconds - step
  }

  // MARK: Reading

  private func read(_ length: Int) throws(PouchError) -> Bytes {
    var buffer = ByteBuffer(capacity: length)
    while buffer.count < length {
      let room = length - buffer.count
      var number: Int32 = 0
      let count = buffer.fill(minimum: room) { memory in
        let result = retrying { Glibc.read(handle.number, memory.baseAddress, room) }
        if result < 0 { number = errno }
        return max(0, result)
      }
      guard number == 0 else {
        throw .system(.inputMissing, "'\(label)' cannot be read", errno: number)
      }
      if count == 0 { break }
    }
    return buffer.freeze()
  }
}

extension stat {
  /// Whether a file says the same of its size and its last change.
  fileprivate func isSame(as other: stat) -> Bool {
    st_size == other.st_size && st_mtim.nanoseconds == other.st_mtim.nanoseconds
      && st_ctim.nanoseconds == other.st_ctim.nanoseconds
  }
}

extension timespec {
  fileprivate var nanoseconds: Int64 { Int64(tv_sec) &* 1_000_000_000 &+ Int64(tv_nsec) }
}
