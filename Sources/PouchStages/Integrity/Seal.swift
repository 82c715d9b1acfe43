internal import COpenSSL
import PouchCore

/// What the integrity stages share: a seal of fixed size behind the body, and the ways it fails.
enum Seal {
  /// The length of what stands in front of a seal of `size` bytes.
  ///
  /// - Throws: `.badData` when there is no room for the seal, `.limitExceeded` for more than
  ///   `limit` bytes in front of it.
  static func contentLength(
    _ body: Bytes, seal size: Int, limit: Int, _ stage: StageName
  ) throws(PouchError) -> Int {
    let length = body.count - size
    guard length >= 0 else {
      throw PouchError(
        .badData, "a frame's body of \(body.count) bytes is too short for its \(size)-byte seal",
        stage: stage)
    }
    guard length <= limit else {
      throw PouchError(
        .limitExceeded, "a frame's body has \(length) bytes, more than the \(limit) allowed",
        stage: stage)
    }
    return length
  }

  /// Compares two digests in a time that does not tell where they differ.
  static func agrees(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
  }

  /// The sealed content is not what the seal was made for.
  static func broken(_ sum: String, _ stage: StageName) -> PouchError {
    PouchError(.badData, "a frame arrived changed: its \(sum) does not agree", stage: stage)
  }

  /// The other side left the seal out.
  static func missing(_ stage: StageName) -> PouchError {
    PouchError(.badData, "a frame arrived without the seal that was agreed on", stage: stage)
  }
}
