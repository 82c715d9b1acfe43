extension EncodingSession {
  /// The bytes of the whole value as an array, each copied once.
  ///
  /// - Throws: `CBORError` for a key that a map holds twice.
  func array(isDeterministic: Bool) throws(CBORError) -> [UInt8] {
    if let writer = try inOneRun(isDeterministic: isDeterministic) { return writer.array() }
    let count = finish()
    return [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      if let start = target.baseAddress { _ = assemble(at: start) }
      initialized = count
    }
  }

  /// Lends the bytes of the whole value in one run.
  ///
  /// - Throws: `CBORError` for a key that a map holds twice.
  func withBytes<Result>(
    isDeterministic: Bool, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(CBORError) -> Result {
    let whole = try inOneRun(isDeterministic: isDeterministic) ?? joined()
    return withExtendedLifetime(whole) { body(whole.bytes) }
  }

  /// The bytes in one run, where there are no gaps or the keys of maps had to be looked at.
  private func inOneRun(isDeterministic: Bool) throws(CBORError) -> Writer? {
    guard isDeterministic || context.mayRepeatKeys else { return hasGaps ? nil : writer }
    let whole = hasGaps ? joined() : writer
    if isDeterministic { DeterministicOrder.sort(whole) }
    try Document().read(whole.bytes, limits: DecodingLimits(depth: .max))
    return whole
  }

  private func joined() -> Writer {
    let count = finish()
    let whole = Writer(capacity: count)
    whole.append(count) { target in
      if let start = target.baseAddress {
        _ = assemble(at: start.assumingMemoryBound(to: UInt8.self))
      }
    }
    return whole
  }
}
