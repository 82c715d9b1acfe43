/// A value that has been encoded, before its bytes are where they are wanted.
package struct EncodedItem {
  private let session: EncodingSession
  /// The bytes in one run, where there are no gaps or the keys of maps had to be looked at.
  private let whole: Writer?
  /// How many bytes there are.
  package let size: Int

  /// - Throws: `CBORError` for a key that a map holds twice.
  init(_ session: EncodingSession, isDeterministic: Bool) throws(CBORError) {
    self.session = session
    size = session.hasGaps ? session.finish() : session.writer.count
    guard isDeterministic || session.context.mayRepeatKeys else {
      whole = session.hasGaps ? nil : session.writer
      return
    }
    let whole = session.hasGaps ? EncodedItem.joined(session, size) : session.writer
    if isDeterministic { DeterministicOrder.sort(whole) }
    try Document().read(whole.bytes, limits: DecodingLimits(depth: .max, items: .max))
    self.whole = whole
  }

  private static func joined(_ session: EncodingSession, _ size: Int) -> Writer {
    let writer = Writer(capacity: size)
    writer.append(size) { target in
      if let start = target.baseAddress {
        _ = session.assemble(at: start.assumingMemoryBound(to: UInt8.self))
      }
    }
    return writer
  }

  /// The bytes as an array, each copied once.
  func array() -> [UInt8] {
    if let whole { return whole.array() }
    return [UInt8](unsafeUninitializedCapacity: size) { target, initialized in
      if let start = target.baseAddress { _ = session.assemble(at: start) }
      initialized = size
    }
  }

  /// Copies the bytes, each once, to memory of `size` bytes.
  package func write(to target: UnsafeMutableRawBufferPointer) {
    precondition(target.count == size, "the memory is not of the item's size")
    if let whole { return target.copyMemory(from: whole.bytes) }
    if let start = target.baseAddress {
      _ = session.assemble(at: start.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// Lends the bytes in one run.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let whole = whole ?? EncodedItem.joined(session, size)
    return withExtendedLifetime(whole) { body(whole.bytes) }
  }
}
