/// A type whose items are written without anything that can fail or nest.
protocol LeafEncodable: DirectlyEncodable {
  func write(to writer: Writer)
}

extension LeafEncodable {
  @inline(__always)
  func encodeDirectly(to session: EncodingSession) throws { write(to: session.writer) }

  static func encodeAll(
    _ values: UnsafePointer<Self>, count: Int, to session: EncodingSession
  ) throws {
    let writer = session.writer
    for index in 0..<count { values[index].write(to: writer) }
  }

  static func encodeRows(
    _ rows: UnsafePointer<[Self]>, count: Int, to session: EncodingSession
  ) throws {
    let isNumeric = Self.self != UInt8.self
    for index in 0..<count {
      // The first says whether there may be rows at all; bytes are no array.
      guard isNumeric, index > 0 else {
        session.top.pointee.count &+= 1
        try rows[index].encodeDirectly(to: session)
        continue
      }
      let writer = session.writer
      writer.head(MajorType.array, UInt64(rows[index].count))
      for value in rows[index] { value.write(to: writer) }
    }
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
