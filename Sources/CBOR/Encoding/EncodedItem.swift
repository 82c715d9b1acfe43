/// A value that has been encoded, before its bytes are where they are wanted.
struct EncodedItem {
  private let session: EncodingSession
  private let count: Int
  /// The bytes in one run, where there are no gaps or the order of maps had to be looked at.
  private let whole: Writer?

  /// - Throws: `CBORError` for a key that a map holds twice.
  init(
    _ session: EncodingSession, isDeterministic: Bool
  ) throws(CBORError) {
    self.session = session
    count = session.finish()
    let mayRepeatKeys = isDeterministic || session.context.mayRepeatKeys
    whole =
      session.hasGaps
      ? mayRepeatKeys ? EncodedItem.joined(session, count) : nil
      : session.writer
    guard mayRepeatKeys, let whole else { return }
    if isDeterministic { DeterministicOrder.sort(whole) }
    try Document().read(whole.bytes, limits: DecodingLimits(depth: .max))
  }

  private static func joined(_ session: EncodingSession, _ count: Int) -> Writer {
    let writer = Writer(capacity: count)
    writer.append(count) { target in
      if let start = target.baseAddress {
        _ = session.assemble(at: start.assumingMemoryBound(to: UInt8.self))
      }
    }
    return writer
  }

  /// The bytes as an array, each copied once.
  func array() -> [UInt8] {
    if let whole { return whole.array() }
    return [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      if let start = target.baseAddress { _ = session.assemble(at: start) }
      initialized = count
    }
  }

  /// How many bytes there are.
  var size: Int { whole?.count ?? count }

  /// Copies the bytes, each once, to memory of `size` bytes.
  func write(to target: UnsafeMutableRawBufferPointer) {
    precondition(target.count == size, "the memory is not of the item's size")
    if let whole { return target.copyMemory(from: whole.bytes) }
    if let start = target.baseAddress {
      _ = session.assemble(at: start.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// Lends the bytes in one run.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let whole = whole ?? EncodedItem.joined(session, count)
    return withExtendedLifetime(whole) { body(whole.bytes) }
  }
}
