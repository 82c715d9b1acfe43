/// Text that is being written: gathered whole, or handed on in pieces, so that no more than a piece
/// is in memory.
struct TextOutput {
  /// Takes a piece of UTF-8, which is not valid after the call.
  typealias Taker = (UnsafeRawBufferPointer) throws -> Void

  /// About how long a piece is, in bytes.
  static let pieceSize = 1 << 16

  /// What has not been handed on.
  private(set) var bytes: [UInt8] = []
  private let take: Taker?
  /// What a taker threw; nothing is handed on from then on.
  private(set) var failure: (any Error)?

  /// - Parameter take: nil to gather all of the text.
  init(_ take: Taker? = nil) { self.take = take }

  /// What was gathered.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  @inline(__always)
  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func append(utf8 text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(_ content: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: content)
    handOn()
  }

  /// Hands on what there is, if that is a piece.
  @inline(__always)
  mutating func handOn() {
    if bytes.count >= Self.pieceSize, take != nil { flush() }
  }

  /// Hands on all that there is.
  mutating func flush() {
    guard let take, !bytes.isEmpty else { return }
    if failure == nil {
      do {
        try bytes.withUnsafeBytes(take)
      } catch {
        failure = error
      }
    }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Hands on the last piece.
  ///
  /// - Throws: What a taker threw.
  mutating func finish() throws {
    flush()
    if let failure { throw failure }
  }
}
