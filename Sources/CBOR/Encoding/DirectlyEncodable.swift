/// A type that writes itself without the containers of `Codable`.
///
/// Found by a cast of the type, so that `Foundation`'s types can conform in files of their own.
protocol DirectlyEncodable: Encodable {
  /// Writes this value as one item.
  func encodeDirectly(to session: EncodingSession) throws

  /// Writes many values, one after another.
  static func encodeAll(
    _ values: UnsafeBufferPointer<Self>, to session: EncodingSession
  ) throws
}

extension DirectlyEncodable {
  static func encodeAll(
    _ values: UnsafeBufferPointer<Self>, to session: EncodingSession
  ) throws {
    for value in values {
      session.top.pointee.count &+= 1
      try value.encodeDirectly(to: session)
    }
  }

  /// Writes the value at an address, for a caller that knows the type at run time only.
  static func encode(at address: UnsafeRawPointer, to session: EncodingSession) throws {
    try address.assumingMemoryBound(to: Self.self).pointee.encodeDirectly(to: session)
  }

  static func encodeAll(
    at address: UnsafeRawPointer, count: Int, to session: EncodingSession
  ) throws {
    try encodeAll(
      UnsafeBufferPointer(start: address.assumingMemoryBound(to: Self.self), count: count),
      to: session)
  }
}

/// A type whose items are written without anything that can fail or nest.
protocol LeafEncodable: DirectlyEncodable {
  func write(to writer: Writer)
}

extension LeafEncodable {
  @inline(__always)
  func encodeDirectly(to session: EncodingSession) throws { write(to: session.writer) }

  static func encodeAll(
    _ values: UnsafeBufferPointer<Self>, to session: EncodingSession
  ) throws {
    let writer = session.writer
    for value in values { value.write(to: writer) }
  }
}

extension Writer {
  @inline(__always)
  func write(integer value: some FixedWidthInteger) {
    if value >= 0 {
      head(MajorType.unsigned, UInt64(truncatingIfNeeded: value))
    } else {
      head(MajorType.negative, UInt64(truncatingIfNeeded: ~value))
    }
  }

  /// Writes an integer of any width, as a bignum where 64 bits do not hold it.
  func write(wide value: some FixedWidthInteger & Sendable) { Value(value).write(to: self) }
}

extension Bool: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(boolean: self) }
}

extension String: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(text: self) }
}

extension Double: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(float: self) }
}

extension Float: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(float: self) }
}

extension Int: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension Int8: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension Int16: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension Int32: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension Int64: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension UInt: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension UInt8: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension UInt16: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension UInt32: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension UInt64: LeafEncodable {
  @inline(__always)
  func write(to writer: Writer) { writer.write(integer: self) }
}

extension Int128: LeafEncodable {
  func write(to writer: Writer) { writer.write(wide: self) }
}

extension UInt128: LeafEncodable {
  func write(to writer: Writer) { writer.write(wide: self) }
}
