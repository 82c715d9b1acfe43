import PouchCore

/// An object that arrives in chunks and is handed over whole: each chunk is copied once, behind the
/// ones before it, into memory that grows as they arrive. Used by the reader's task alone.
final class Assembly {
  let format: ObjectFormat
  let attributes: AttributesBox?
  /// Bytes that have arrived.
  private(set) var count = 0

  private var buffer = ByteBuffer()
  /// What the sender says the object will have: a bound, not yet a need.
  private let announced: Int
  /// Bytes left free in front, so that the first attachment is aligned for numbers of any type.
  private let padding: Int

  private static let alignment = 16
  /// Memory is at most this many times what has arrived, whatever was announced.
  private static let growth = 4

  init(format: ObjectFormat, attributes: AttributesBox?) {
    self.format = format
    self.attributes = attributes
    let said = attributes?.attributes ?? .none
    announced = said.size.map { Int(clamping: $0) } ?? .max
    let own = said.attachments.isEmpty ? nil : said.size.flatMap { try? said.ownLength(of: $0) }
    padding = Int((0 &- (own ?? 0)) % UInt64(Assembly.alignment))
  }

  /// The memory that the object takes now, in bytes.
  var capacity: Int { buffer.capacity }

  /// Appends the next chunk.
  ///
  /// - Returns: false when there is no memory for it.
  func append(_ chunk: Bytes) -> Bool {
    if buffer.spare < chunk.count, !grow(to: count + chunk.count) { return false }
    buffer.append(chunk)
    count += chunk.count
    return true
  }

  private func grow(to needed: Int) -> Bool {
    let (generous, overflow) = needed.multipliedReportingOverflow(by: Assembly.growth)
    let wanted = max(needed, min(announced, overflow ? needed : generous))
    let isFirst = buffer.capacity == 0
    guard
      buffer.resize(to: wanted + padding)
        || (wanted > needed && buffer.resize(to: needed + padding))
    else { return false }
    if isFirst {
      buffer.appendZeros(padding)
      buffer.discard(padding)
    }
    return true
  }

  /// The object, complete; to be asked for once.
  func finish() -> Bytes {
    // What is left over behind an object of unannounced size goes back to the system.
    if buffer.spare > 0 { _ = buffer.resize(to: buffer.capacity - buffer.spare) }
    return buffer.take(count)
  }
}
