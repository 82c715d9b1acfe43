public import CBOR

/// Numbers as bytes and back, little-endian as in RFC 8746, without encoding one by one: what the
/// attachments of a tensor are made from.
extension Bytes {
  /// The numbers of an array, a slice, a `TypedArray` or a `Tensor`'s elements, one behind the
  /// other; or the bytes of `Data`.
  ///
  /// Copies the memory once. To produce numbers without even that, fill a `ByteBuffer`.
  public init<Numbers: Collection>(elementsOf numbers: Numbers)
  where Numbers.Element: TypedArrayElement {
    self =
      numbers.withContiguousStorageIfAvailable { Bytes(copyingElements: $0) }
      ?? Array(numbers).withUnsafeBufferPointer { Bytes(copyingElements: $0) }
  }

  private init<Element: TypedArrayElement>(copyingElements numbers: UnsafeBufferPointer<Element>) {
    let source = UnsafeRawBufferPointer(numbers)
    guard !source.isEmpty else {
      self.init()
      return
    }
    let storage = ByteStorage(capacity: source.count)
    let target = UnsafeMutableRawBufferPointer(start: storage.base, count: source.count)
    Element.copy(source, to: target, bigEndian: false)
    self.init(storage: storage, offset: 0, count: source.count)
  }

  /// The bytes read as little-endian numbers; their memory is copied once, wherever it begins.
  ///
  /// - Throws: `.badData` when they are not a whole number of elements.
  public func elements<Element: TypedArrayElement>(
    as type: Element.Type = Element.self
  ) throws(PouchError) -> [Element] {
    let count = try elementCount(type)
    return withUnsafeBytes { source in
      [Element](unsafeUninitializedCapacity: count) { target, initialized in
        Element.copy(source, to: UnsafeMutableRawBufferPointer(target), bigEndian: false)
        initialized = count
      }
    }
  }

  /// Calls `body` with the bytes viewed as little-endian numbers, which must not be used after it
  /// returns.
  ///
  /// Nothing is copied where the bytes begin at a multiple of the element's size in memory, as
  /// the first attachment of an object that came in chunks always does; otherwise once.
  ///
  /// - Throws: `.badData` when they are not a whole number of elements; what `body` throws.
  public func withUnsafeElements<Element: TypedArrayElement, Result>(
    as type: Element.Type = Element.self,
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) throws -> Result {
    let count = try elementCount(type)
    let view = try withUnsafeBytes { source -> Result? in
      guard UInt16(1).littleEndian == 1, let base = source.baseAddress,
        Int(bitPattern: base).isMultiple(of: MemoryLayout<Element>.alignment)
      else { return nil }
      // The numbers are trivial, and nobody writes to the memory of immutable bytes.
      return try base.withMemoryRebound(to: Element.self, capacity: count) {
        try body(UnsafeBufferPointer(start: $0, count: count))
      }
    }
    if let view { return view }
    return try elements(as: type).withUnsafeBufferPointer(body)
  }

  private func elementCount<Element>(_ type: Element.Type) throws(PouchError) -> Int {
    let (count, rest) = count.quotientAndRemainder(dividingBy: MemoryLayout<Element>.size)
    guard rest == 0 else {
      throw PouchError(
        .badData, "\(self.count) bytes are no whole number of \(type) elements")
    }
    return count
  }
}
