/// The functions and classes that plain data needs, known by name alone.
enum Callable: UInt8, CaseIterable {
  case encode, set, frozenSet, byteArray, bytes
  case ndarray, dtype, reconstruct, scalar, fromBuffer

  /// The modules that have had it, and its name there.
  private var place: (modules: [String], name: String) {
    switch self {
    case .encode: (["_codecs"], "encode")
    case .set: (Callable.builtins, "set")
    case .frozenSet: (Callable.builtins, "frozenset")
    case .byteArray: (Callable.builtins, "bytearray")
    case .bytes: (Callable.builtins, "bytes")
    case .ndarray: (["numpy"], "ndarray")
    case .dtype: (["numpy"], "dtype")
    case .reconstruct: (Callable.numPy, "_reconstruct")
    case .scalar: (Callable.numPy, "scalar")
    case .fromBuffer: (Callable.numPy, "_frombuffer")
    }
  }

  private static let builtins = ["builtins", "__builtin__"]
  private static let numPy = [
    "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric",
    "numpy._core.numeric",
  ]

  private static let known: [String: Callable] = {
    var known: [String: Callable] = [:]
    for callable in allCases {
      let place = callable.place
      for module in place.modules { known["\(module) \(place.name)"] = callable }
    }
    return known
  }()

  init?(module: String, name: String) {
    guard let known = Callable.known["\(module) \(name)"] else { return nil }
    self = known
  }

  /// Where it is today, for messages.
  var name: String { "\(place.modules[0]).\(place.name)" }

  var needsNumPy: Bool {
    switch self {
    case .encode, .set, .frozenSet, .byteArray, .bytes: false
    case .ndarray, .dtype, .reconstruct, .scalar, .fromBuffer: true
    }
  }
}
