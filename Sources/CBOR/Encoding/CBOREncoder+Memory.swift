extension CBOREncoder {
  /// Encodes a value straight into the caller's memory, so that large byte strings and typed arrays
  /// are copied once.
  ///
  /// - Parameter body: Called once, with the size and with what writes that many bytes.
  package func encode<Result>(
    _ value: some Encodable,
    into body: (_ size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) -> Result
  ) throws(CBORError) -> Result {
    try withEncodedItem(of: value) { item in body(item.size) { item.write(to: $0) } }
  }
}
