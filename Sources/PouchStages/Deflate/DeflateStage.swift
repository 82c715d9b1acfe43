public import CBOR
public import PouchCore

/// Compresses bodies with zlib.
///
/// Each body becomes a zlib stream (RFC 1950) of its own: nothing is carried from frame to frame,
/// so a body can be decoded alone, and what one object holds cannot be guessed from how another
/// one compresses. The zlib form is taken rather than raw deflate for its 2-byte head and its
/// Adler-32, which make a stream of something else an error instead of noise.
///
/// A body travels as it is when it is shorter than `minimum` or does not shrink; after bodies that
/// did not shrink, a growing number of them is not even tried.
public struct DeflateStage: Stage {
  /// `deflate`.
  public static let name: StageName = "deflate"

  public var name: StageName { DeflateStage.name }

  /// How hard zlib tries: 1 is fast, 9 is small.
  public let level: Int

  /// The length in bytes below which a body is not compressed.
  public let minimum: Int

  /// `level`, so that the other side can show it; nothing is needed to decompress.
  public var parameters: [String: CBOR.Value] { ["level": .unsigned(UInt64(level))] }

  /// - Parameters:
  ///   - level: From 1 to 9.
  ///   - minimum: The length in bytes below which a body is not compressed.
  /// - Throws: `.configuration` for a level out of range or a negative minimum.
  public init(level: Int = 1, minimum: Int = 512) throws(PouchError) {
    guard (1...9).contains(level) else {
      throw PouchError(
        .configuration, "deflate has no level \(level)",
        hint: "give a level from 1 (fast) to 9 (small)", stage: DeflateStage.name)
    }
    guard minimum >= 0 else {
      throw PouchError(
        .configuration, "deflate's minimum of \(minimum) bytes is negative",
        stage: DeflateStage.name)
    }
    self.level = level
    self.minimum = minimum
  }

  public func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec {
    DeflateCodec(level: level, minimum: minimum)
  }
}

private final class DeflateCodec: StageCodec {
  private let minimum: Int
  private var deflater: Deflater
  private var inflater = Inflater()
  private var backOff = BackOff()
  private var scratch = Scratch()
  /// Where small results are put; its memory is used again once nobody holds a slice of it.
  private var results = ByteBuffer()

  init(level: Int, minimum: Int) {
    self.minimum = minimum
    deflater = Deflater(level: level)
  }

  func encode(_ body: inout OutgoingBody, header: FrameHeader) throws(PouchError) -> Applied {
    let length = body.count
    guard length >= minimum, length > 1, backOff.tries() else { return .declined }
    try scratch.grow(to: length - 1)
    defer { scratch.trim() }
    let room = UnsafeMutableRawBufferPointer(start: scratch.base, count: length - 1)
    let compressed = try deflater.compress(body, into: room)
    guard let compressed, isAcceptable(length, from: compressed) else {
      backOff.note(success: compressed != nil)
      return .declined
    }
    backOff.note(success: true)
    body.replace(copying: scratch.prefix(compressed))
    return .applied
  }

  /// Whether the other side will take a body that grows from `compressed` to `length` bytes.
  private func isAcceptable(_ length: Int, from compressed: Int) -> Bool {
    length <= max(Inflater.free, Inflater.ratio * compressed)
  }

  func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError) {
    defer { scratch.trim() }
    let source = body
    let length = try source.withUnsafeBytes { (bytes) throws(PouchError) in
      try inflater.decompress(bytes, into: &scratch, limit: limit)
    }
    let result = scratch.prefix(length)
    if length > Scratch.kept {
      body = Bytes(copying: result)
    } else {
      results.append(result)
      body = results.take(length)
    }
  }
}
