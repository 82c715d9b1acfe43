extension EncodingSession {
  /// Runs `body` in a frame of its own for a container whose size is known beforehand.
  @inline(__always)
  func container(
    _ shape: Shape, count: Int, _ body: () throws -> Void
  ) throws {
    let mark = push()
    top.pointee.shape = shape
    top.pointee.depth += 1
    do {
      try check(top.pointee.serial)
      writer.head(shape == .map ? MajorType.map : MajorType.array, UInt64(count))
      try body()
      pop(to: mark)
    } catch {
      pop(to: mark)
      throw error
    }
  }

  /// Runs `body` for the content of a tag, which is a level of its own.
  func tagged(_ tag: UInt64, _ body: () throws -> Void) throws {
    let mark = push()
    defer { pop(to: mark) }
    top.pointee.shape = .single
    top.pointee.depth += 1
    try check(top.pointee.serial)
    writer.head(MajorType.tag, tag)
    try body()
  }

  /// Writes values one after another, in bulk where their type allows.
  @inline(__always)
  func encodeAll<T: Encodable>(_ values: UnsafePointer<T>, count: Int) throws {
    if let direct = context.directType(of: T.self) {
      return try direct.encodeAll(as: T.self, values, count: count, to: self)
    }
    for index in 0..<count {
      top.pointee.count &+= 1
      try encodeThroughCodable(values[index])
    }
  }
}

extension Array: DirectlyEncodable where Element: Encodable {
  func encodeDirectly(to session: EncodingSession) throws {
    guard Element.self != UInt8.self else {
      session.writer.head(MajorType.bytes, UInt64(count))
      session.writeContent(count) { target in withUnsafeBytes { target.copyMemory(from: $0) } }
      return
    }
    try session.container(.array, count: count) {
      try withUnsafeBufferPointer { values in
        guard let start = values.baseAddress else { return }
        try session.encodeAll(start, count: values.count)
      }
    }
  }

  static func encodeAll(
    _ values: UnsafePointer<[Element]>, count: Int, to session: EncodingSession
  ) throws {
    if let direct = session.context.directType(of: Element.self) {
      return try direct.encodeRows(as: Element.self, values, count: count, to: session)
    }
    for index in 0..<count {
      session.top.pointee.count &+= 1
      try values[index].encodeDirectly(to: session)
    }
  }
}

extension Set: DirectlyEncodable where Element: Encodable {
  func encodeDirectly(to session: EncodingSession) throws {
    try session.tagged(Tag.set) {
      try session.container(.array, count: count) {
        for element in self {
          session.top.pointee.count &+= 1
          try session.encode(element)
        }
      }
    }
  }
}

extension Dictionary: DirectlyEncodable where Key: Encodable, Value: Encodable {
  func encodeDirectly(to session: EncodingSession) throws {
    try session.container(.map, count: count) {
      for (key, value) in self {
        session.top.pointee.key = session.writer.count
        try session.encode(key)
        try session.encode(value)
      }
    }
  }
}

extension Optional: DirectlyEncodable where Wrapped: Encodable {
  func encodeDirectly(to session: EncodingSession) throws {
    if let value = self {
      try session.encode(value)
    } else {
      session.writer.writeNull()
    }
  }
}
