public import CBOR

/// Reads Python's pickles, protocols 0 to 5, as data.
///
/// ```swift
/// let value = try PickleDecoder().decode(bytes)      // pickle.dumps({1: "hi", 2: "there"})
/// print(value.diagnosticNotation)                    // {1: "hi", 2: "there"}
/// ```
///
/// A pickle is a program that may name any function of any Python module and call it. This one is
/// interpreted without looking up, importing or calling anything: what plain data needs is
/// recognised by name, everything else is refused by name.
///
/// | Python | `Value` |
/// | --- | --- |
/// | `None`, `bool`, `float`, `str` | null, boolean, float, text |
/// | `int` | integer; beyond 64 bits tag 2 or 3 |
/// | `bytes`, `bytearray` | bytes |
/// | `list`, `tuple` | array |
/// | `dict` | map, in its order |
/// | `set`, `frozenset` | array under tag 258 |
/// | Python 2's `str` | text where it is UTF-8, otherwise bytes |
/// | aware `datetime`, `date`, `timedelta` | tags 0, 1004, 1002 |
/// | naive `datetime`, `time`, `timezone` | text, as `isoformat()` writes it |
/// | `Decimal`, `Fraction`, `complex`, `UUID` | tags 4, 30, 43000, 37 |
/// | `OrderedDict`, `defaultdict`, `Counter`; `deque` | map; array |
/// | paths of `pathlib` | text |
/// | NumPy arrays, where allowed | typed array (tags 64 to 87); with another number of dimensions than one, under tag 40; of `bool`, an array of booleans |
/// | NumPy scalars, where allowed | number or boolean |
///
/// Keys are compared as Python does: `True`, `1` and `1.0` are one, the first key and the last
/// value stay. What is left out of which class stands in `docs/pickle.md`.
public struct PickleDecoder: Sendable {
  public var limits: PickleLimits
  /// Whether arrays and scalars of NumPy are read too. Only numeric types and booleans are.
  public var allowsNumPy: Bool

  public init(limits: PickleLimits = PickleLimits(), allowsNumPy: Bool = false) {
    self.limits = limits
    self.allowsNumPy = allowsNumPy
  }

  /// Decodes a pickle that has nothing behind it.
  ///
  /// - Throws: `PickleError` with the offset of the opcode that asks for what is not plain data
  ///   (`.refused`, naming it), is malformed, truncated, beyond a limit, or makes something that a
  ///   `Value` does not hold.
  public func decode(_ bytes: [UInt8]) throws(PickleError) -> Value {
    try bytes.withUnsafeBufferPointer { (buffer) throws(PickleError) in
      try decode(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Decodes a pickle that has nothing behind it; see `decode(_:)`.
  public func decode(_ bytes: UnsafeRawBufferPointer) throws(PickleError) -> Value {
    let (value, count) = try decodeFirst(bytes)
    guard count == bytes.count else {
      throw PickleError(
        .trailingBytes, "\(bytes.count - count) bytes follow the end of the pickle", offset: count)
    }
    return value
  }

  /// Decodes the first pickle of bytes that may go on behind it.
  ///
  /// - Returns: The value, and how many bytes its pickle takes.
  public func decodeFirst(
    _ bytes: UnsafeRawBufferPointer
  ) throws(PickleError) -> (value: Value, count: Int) {
    var unpickler = Unpickler(bytes, limits: limits, allowsNumPy: allowsNumPy)
    let root = try unpickler.run()
    let count = unpickler.reader.position
    var assembler = Assembler(arena: unpickler.arena, limits: limits, inputSize: count)
    return (try assembler.value(of: root), count)
  }
}
