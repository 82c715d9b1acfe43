/// A type that writes itself without the containers of `Codable`.
///
/// Found by a cast of the type, so that `Foundation`'s types can conform in files of their own.
protocol DirectlyEncodable: Encodable {
  /// Writes this value as one item.
  func encodeDirectly(to session: EncodingSession) throws

  /// Writes many values, one after another.
  static func encodeAll(
    _ values: UnsafePointer<Self>, count: Int, to session: EncodingSession
  ) throws

  /// Writes many arrays, one after another.
  static func encodeRows(
    _ rows: UnsafePointer<[Self]>, count: Int, to session: EncodingSession
  ) throws
}

extension DirectlyEncodable {
  static func encodeAll(
    _ values: UnsafePointer<Self>, count: Int, to session: EncodingSession
  ) throws {
    for index in 0..<count {
      session.top.pointee.count &+= 1
      try values[index].encodeDirectly(to: session)
    }
  }

  static func encodeRows(
    _ rows: UnsafePointer<[Self]>, count: Int, to session: EncodingSession
  ) throws {
    for index in 0..<count {
      session.top.pointee.count &+= 1
      try rows[index].encodeDirectly(to: session)
    }
  }

  /// Writes a value for a caller that knows this type by another name: `T` is `Self`.
  @inline(__always)
  static func encode<T>(_ value: T, to session: EncodingSession) throws {
    try unsafeBitCast(value, to: Self.self).encodeDirectly(to: session)
  }

  /// Writes many values for a caller that knows this type by another name.
  @inline(__always)
  static func encodeAll<T>(
    as type: T.Type, _ values: UnsafePointer<T>, count: Int, to session: EncodingSession
  ) throws {
    let values = UnsafeRawPointer(values).assumingMemoryBound(to: Self.self)
    try encodeAll(values, count: count, to: session)
  }

  /// Writes many arrays for a caller that knows this type by another name.
  @inline(__always)
  static func encodeRows<T>(
    as type: T.Type, _ rows: UnsafePointer<[T]>, count: Int, to session: EncodingSession
  ) throws {
    let rows = UnsafeRawPointer(rows).assumingMemoryBound(to: [Self].self)
    try encodeRows(rows, count: count, to: session)
  }
}
