internal import Glibc
internal import PouchCore
internal import PouchSockets

/// Reads an input piece by piece on a thread that may block.
///
/// A file is read in blocks larger than the pieces, so that the change of thread is paid once for
/// several; of a pipe no more is asked for than the next piece.
struct InputReader: Sendable {
  private static let block = 1 << 20

  let label: String
  /// What is still to come when it was opened, in bytes; nil when that is not known.
  let size: UInt64?
  private let handle: FileHandle
  private let isRegular: Bool
  private let interrupt: Interrupt
  /// Whether a part of the object is on its way, so that it is read to its end.
  var isBegun = false
  private var ahead = Bytes()
  private var count: UInt64 = 0
  private var hasEnded = false

  init(
    handle: FileHandle, label: String, size: UInt64?, isRegular: Bool, interrupt: Interrupt
  ) {
    self.handle = handle
    self.label = label
    self.size = size
    self.isRegular = isRegular
    self.interrupt = interrupt
  }

  /// The next bytes, at most `longest` of them; none at the end.
  ///
  /// - Throws: `.inputMissing` with the system's reason; `.badData` when the file's size has
  ///   changed since it was announced; what the interrupt brings.
  mutating func next(_ longest: Int) async throws(PouchError) -> Bytes {
    try await next(longest, isPatient: true)
  }

  /// What is there, at most `longest` bytes, waiting only for the first of them; none at the end.
  ///
  /// - Throws: As `next`.
  mutating func available(_ longest: Int) async throws(PouchError) -> Bytes {
    try await next(longest, isPatient: false)
  }

  /// All that is left.
  ///
  /// - Parameters:
  ///   - most: How many bytes that may be.
  ///   - meter: Is told what is read.
  /// - Throws: As `next`; `.limitExceeded` when there is more.
  mutating func all(
    _ most: Int, _ meter: ProgressMeter
  ) async throws(PouchError) -> Bytes {
    var content = ByteBuffer(capacity: size.map { Int(clamping: min($0, UInt64(most))) } ?? 0)
    while true {
      let piece = try await next(InputReader.block)
      if piece.isEmpty { return content.freeze() }
      guard piece.count <= most - content.count else {
        throw PouchError(
          .limitExceeded,
          "'\(label)' is larger than the \(HumanText.size(UInt64(most))) that are held in memory",
          hint: "raise limits.object")
      }
      meter.add(bytes: piece.count)
      content.append(piece)
    }
  }

  /// - Parameter isPatient: Whether to wait until there are as many bytes as were asked for.
  private mutating func next(
    _ longest: Int, isPatient: Bool
  ) async throws(PouchError) -> Bytes {
    if ahead.isEmpty, !hasEnded {
      ahead = try await read(isRegular ? max(InputReader.block, longest) : longest, isPatient)
      hasEnded = ahead.isEmpty
    }
    let piece = ahead.prefix(longest)
    ahead = ahead.dropFirst(longest)
    count += UInt64(piece.count)
    if let size, count > size || (piece.isEmpty && count < size) {
      throw PouchError(
        .badData, "'\(label)' changed while it was read: \(size) bytes were announced",
        hint: "send it again when nothing writes to it")
    }
    return piece
  }

  private func read(_ length: Int, _ isPatient: Bool) async throws(PouchError) -> Bytes {
    let (handle, label, isRegular, interrupt) = (handle, label, isRegular, interrupt)
    let isBegun = isBegun
    return try await BlockingPool.shared.run { () throws(PouchError) in
      var buffer = ByteBuffer(capacity: length)
      while buffer.count < length {
        if !isRegular { try interrupt.wait(for: handle.number, isBegun: isBegun) }
        let room = length - buffer.count
        var number: Int32 = 0
        let count = buffer.fill(minimum: room) { memory in
          let result = retrying { Glibc.read(handle.number, memory.baseAddress, room) }
          if result < 0 { number = errno }
          return max(0, result)
        }
        guard number == 0 || number == EAGAIN else {
          throw .system(.inputMissing, "'\(label)' cannot be read", errno: number)
        }
        // The end is the end, whoever has lost interest meanwhile.
        if number == 0, count == 0 { break }
        try interrupt.check(isBegun: isBegun)
        if number == 0, !isPatient { break }
      }
      return buffer.freeze()
    }
  }
}
