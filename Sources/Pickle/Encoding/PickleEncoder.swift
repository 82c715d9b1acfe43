public import CBOR

/// Writes values as pickles that any Python since 3.4 loads: protocol 4, with neither frames nor
/// a memo.
///
/// | `Value` | Python |
/// | --- | --- |
/// | null, boolean, float, text, bytes | `None`, `bool`, `float`, `str`, `bytes` |
/// | integer, also under tag 2 or 3 | `int` |
/// | array; as a key, `tuple` | `list` |
/// | map | `dict` |
/// | tag 258; as a key or in a set, `frozenset` | `set` |
/// | typed array (tags 64 to 87) | `list` of numbers |
/// | array of several dimensions (tags 40 and 1040) | nested `list`s |
/// | tags 0, 1004, 1002 | `datetime` with a `timezone`, `date`, `timedelta` |
/// | tags 4, 30, 43000, 37 | `Decimal`, `Fraction`, `complex`, `UUID` |
/// | tag 55799 | what is under it |
///
/// Other tags, undefined, and simple values without a name have no counterpart and are refused,
/// as are keys that Python cannot hash (maps, typed arrays), and different keys that are one to
/// Python (1 and true). A key that is there twice is written twice; Python keeps the last value.
public struct PickleEncoder: Sendable {
  /// How many lists the arrays of several dimensions of one value may unfold to.
  package var mostLists = 10_000_000

  public init() {}

  /// Encodes a value of any depth.
  ///
  /// - Throws: `PickleError.Code.unsupported`, naming what Python's plain data does not hold;
  ///   `.limitExceeded` for arrays of several dimensions that hold next to nothing and unfold to
  ///   more than 10 million lists, and for sets within keys that take as much to compare.
  public func encode(_ value: Value) throws(PickleError) -> [UInt8] {
    var pickler = Pickler(mostLists: mostLists)
    return try pickler.pickle(value)
  }
}
