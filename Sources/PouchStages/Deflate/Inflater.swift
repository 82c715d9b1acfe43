internal import CZlib
import PouchCore

/// A decompressor: one zlib state, made with the first body and used again for each.
struct Inflater: ~Copyable {
  /// The most bytes that are produced before the limits are looked at again.
  private static let piece = 64 << 10
  /// How many times longer than the stream the result may be, once it is longer than `free`.
  static let ratio = 100
  /// What any stream may produce.
  static let free = 1 << 20

  // zlib's state points back at the structure, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isOpen = false

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
  }

  /// Decompresses `source`, which is one zlib stream and nothing else, into `target`, which grows
  /// as bytes come.
  ///
  /// - Returns: The number of bytes produced, at most `limit`, and at most 100 times the source's
  ///   length where that is more than 1 MiB.
  /// - Throws: `.badData`, `.limitExceeded`.
  mutating func decompress(
    _ source: UnsafeRawBufferPointer, into target: inout Scratch, limit: Int
  ) throws(PouchError) -> Int {
    let status = isOpen ? inflateReset(stream) : pouch_inflate_init(stream)
    guard status == Z_OK else { throw ZlibFailure.internal("inflate", status) }
    isOpen = true

    // zlib only reads through this pointer.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = uInt(clamping: source.count)

    let allowed = max(0, min(limit, max(Inflater.free, Inflater.ratio * source.count)))
    var produced = 0
    while true {
      // Doubling keeps what growing copies, where it must copy, below what is produced.
      let wanted = min(allowed, max(produced + Inflater.piece, produced * 2))
      try target.grow(to: max(wanted, 1))
      let room = min(Inflater.piece, allowed - produced)
      stream.pointee.next_out = target.base.map {
        ($0 + produced).assumingMemoryBound(to: UInt8.self)
      }
      stream.pointee.avail_out = uInt(room)
      let status = inflate(stream, Z_FINISH)
      produced += room - Int(stream.pointee.avail_out)

      switch status {
      case Z_STREAM_END:
        guard stream.pointee.avail_in == 0 else {
          throw ZlibFailure.bad("\(stream.pointee.avail_in) bytes follow its end")
        }
        return produced
      case Z_OK, Z_BUF_ERROR:
        if stream.pointee.avail_out > 0 { throw ZlibFailure.bad("it ends too soon") }
        // At the limit there was one more turn, without room, to read the stream's own end.
        if room == 0 { throw exceeded(allowed, limit, source.count) }
      case Z_NEED_DICT:
        throw ZlibFailure.bad("it asks for a dictionary")
      case Z_MEM_ERROR:
        throw ZlibFailure.internal("inflate", status)
      default:
        throw ZlibFailure.bad(
          "zlib refuses it", cause: stream.pointee.msg.map { String(cString: $0) })
      }
    }
  }

  private borrowing func exceeded(_ allowed: Int, _ limit: Int, _ length: Int) -> PouchError {
    PouchError(
      .limitExceeded,
      allowed == limit
        ? "a frame's body grows past the limit of \(limit) bytes when it is decompressed"
        : "a frame's body of \(length) bytes grows more than \(Inflater.ratio)-fold"
          + " and past \(Inflater.free) bytes when it is decompressed",
      stage: DeflateStage.name)
  }

  deinit {
    if isOpen { inflateEnd(stream) }
    stream.deallocate()
  }
}

/// The errors of both directions.
enum ZlibFailure {
  static func `internal`(_ call: String, _ status: Int32) -> PouchError {
    PouchError(
      .internal, "zlib cannot \(call)", cause: zError(status).map { String(cString: $0) },
      stage: DeflateStage.name)
  }

  static func bad(_ reason: String, cause: String? = nil) -> PouchError {
    PouchError(
      .badData, "a frame's body is not a zlib stream: \(reason)", cause: cause,
      stage: DeflateStage.name)
  }
}
