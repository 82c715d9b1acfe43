internal import Glibc
internal import PouchCore
internal import PouchSockets

/// Reads an input piece by piece on a thread that may block.
///
/// A file is read in blocks larger than the pieces, so that the change of thread is paid once for
/// several; of a pipe no more is taken than the next piece.
struct InputReader: Sendable {
  private enum Source: Sendable {
    case file(RegularFile)
    /// A pipe, a device: what comes, until it ends, or the task that waits for it is cancelled.
    case stream(FileHandle, cancellation: Alarm)
  }

  let label: String
  private var source: Source
  private let interrupt: Interrupt
  /// Whether a part of the object is on its way, so that it is read to its end.
  var isBegun = false
  private var ahead = Bytes()
  private var hasEnded = false

  /// - Throws: `.internal` when there is no pipe.
  init(stream: FileHandle, _ label: String, _ interrupt: Interrupt) throws(PouchError) {
    source = .stream(stream, cancellation: try Alarm())
    self.label = label
    self.interrupt = interrupt
  }

  /// Reads the beginning of a file. Blocks.
  ///
  /// - Throws: As `next`.
  init(_ file: RegularFile, _ label: String, _ interrupt: Interrupt) throws(PouchError) {
    var file = file
    ahead = try file.next(RegularFile.block)
    hasEnded = file.hasEnded
    source = .file(file)
    self.label = label
    self.interrupt = interrupt
  }

  /// How many bytes there are in all; nil when that shows only at the end.
  var size: UInt64? { if case .file(let file) = source { file.size } else { nil } }

  /// Whether, at its end, a file had more than when it was opened.
  var hasGrown: Bool { if case .file(let file) = source { file.hasGrown } else { false } }

  /// The next bytes, at most `longest` of them; none at the end. Of a pipe these are what is there,
  /// once something is: what comes slowly is not held up until there is more.
  ///
  /// - Throws: `.inputMissing` with the system's reason; `.badData` when a file has changed, before
  ///   the last of its bytes are given out; what the interrupt brings; `.cancelled` for a pipe.
  mutating func next(_ longest: Int) async throws(PouchError) -> Bytes {
    if ahead.isEmpty, !hasEnded { try await read(longest) }
    let piece = ahead.prefix(longest)
    ahead = ahead.dropFirst(longest)
    return piece
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
      let piece = try await next(RegularFile.block)
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

  private mutating func read(_ longest: Int) async throws(PouchError) {
    let (label, interrupt, isBegun) = (label, interrupt, isBegun)
    switch source {
    case .file(let file):
      (ahead, source, hasEnded) = try await BlockingPool.shared.run { () throws(PouchError) in
        var file = file
        let bytes = try file.next(max(RegularFile.block, longest))
        // The end is the end, whoever has lost interest meanwhile.
        if !bytes.isEmpty { try interrupt.check(isBegun: isBegun) }
        return (bytes, .file(file), file.hasEnded)
      }
    case .stream(let handle, let cancellation):
      let result = await withTaskCancellationHandler {
        do throws(PouchError) {
          return Result<Bytes, PouchError>.success(
            try await BlockingPool.shared.run { () throws(PouchError) in
              try InputReader.read(
                handle, longest, label, interrupt, isBegun: isBegun, cancellation)
            })
        } catch {
          return .failure(error)
        }
      } onCancel: {
        cancellation.trigger(PouchError(.cancelled, "cancelled while '\(label)' was read"))
      }
      ahead = try result.get()
      hasEnded = ahead.isEmpty
    }
  }

  private static func read(
    _ handle: FileHandle, _ length: Int, _ label: String, _ interrupt: Interrupt, isBegun: Bool,
    _ cancellation: Alarm
  ) throws(PouchError) -> Bytes {
    var buffer = ByteBuffer(capacity: length)
    while buffer.count < length {
      // For more that is there already nobody waits.
      if buffer.isEmpty {
        try interrupt.wait(for: handle.number, isBegun: isBegun, or: cancellation)
      }
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
      if number == 0, count == 0 { break }
      try interrupt.check(isBegun: isBegun)
      if !buffer.isEmpty, !InputReader.hasMore(handle) { break }
    }
    return buffer.freeze()
  }

  /// Whether there is something to read at once, or the end.
  private static func hasMore(_ handle: FileHandle) -> Bool {
    var waits = pollfd(fd: handle.number, events: Int16(POLLIN), revents: 0)
    return retrying { poll(&waits, 1, 0) } > 0
  }
}
