/// The functions and classes that plain data needs, known by name alone.
enum Callable: UInt8, CaseIterable {
  case encode, set, frozenSet, byteArray, bytes
  case ndarray, dtype, reconstruct, scalar, fromBuffer
  // Of the standard library.
  case date, time, dateTime, timeDelta, timeZone
  case complex, decimal, fraction, uuid, posixPath, windowsPath
  case orderedDict, defaultDict, counter, deque
  /// What only makes the values of a `defaultdict`, and is not kept.
  case integer, float, string, boolean, list, tuple, dict
  /// How old protocols make an instance of a class: of `uuid.UUID`, here.
  case reconstructor, object
  /// How Python names the members of an enumeration. It is known so that what is refused is the
  /// class, which comes next.
  case attribute

  /// The modules that have had it, and its names there.
  private var places: (modules: [String], names: [String]) {
    switch self {
    case .encode: (["_codecs"], ["encode"])
    case .set: (Callable.builtins, ["set"])
    case .frozenSet: (Callable.builtins, ["frozenset"])
    case .byteArray: (Callable.builtins, ["bytearray"])
    case .bytes: (Callable.builtins, ["bytes"])
    case .ndarray: (["numpy"], ["ndarray"])
    case .dtype: (["numpy"], ["dtype"])
    case .reconstruct: (Callable.numPy, ["_reconstruct"])
    case .scalar: (Callable.numPy, ["scalar"])
    case .fromBuffer: (Callable.numPy, ["_frombuffer"])
    case .date: (["datetime"], ["date"])
    case .time: (["datetime"], ["time"])
    case .dateTime: (["datetime"], ["datetime"])
    case .timeDelta: (["datetime"], ["timedelta"])
    case .timeZone: (["datetime"], ["timezone"])
    case .complex: (Callable.builtins, ["complex"])
    case .decimal: (["decimal"], ["Decimal"])
    case .fraction: (["fractions"], ["Fraction"])
    case .uuid: (["uuid"], ["UUID"])
    case .posixPath: (Callable.paths, ["PurePosixPath", "PosixPath"])
    case .windowsPath: (Callable.paths, ["PureWindowsPath", "WindowsPath"])
    case .orderedDict: (["collections"], ["OrderedDict"])
    case .defaultDict: (["collections"], ["defaultdict"])
    case .counter: (["collections"], ["Counter"])
    case .deque: (["collections"], ["deque"])
    case .integer: (Callable.builtins, ["int", "long"])
    case .float: (Callable.builtins, ["float"])
    case .string: (Callable.builtins, ["str", "unicode"])
    case .boolean: (Callable.builtins, ["bool"])
    case .list: (Callable.builtins, ["list"])
    case .tuple: (Callable.builtins, ["tuple"])
    case .dict: (Callable.builtins, ["dict"])
    case .reconstructor: (["copyreg", "copy_reg"], ["_reconstructor"])
    case .object: (Callable.builtins, ["object"])
    case .attribute: (Callable.builtins, ["getattr"])
    }
  }

  private static let builtins = ["builtins", "__builtin__"]
  private static let numPy = [
    "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric",
    "numpy._core.numeric",
  ]
  /// Python 3.13 names the module in which the classes are written.
  private static let paths = ["pathlib", "pathlib._local"]

  private static let known: [String: Callable] = {
    var known: [String: Callable] = [:]
    for callable in allCases {
      let places = callable.places
      for module in places.modules {
        for name in places.names { known["\(module) \(name)"] = callable }
      }
    }
    return known
  }()

  init?(module: String, name: String) {
    guard let known = Callable.known["\(module) \(name)"] else { return nil }
    self = known
  }

  /// Where it is today, for messages.
  var name: String { "\(places.modules[0]).\(places.names[0])" }

  var needsNumPy: Bool {
    switch self {
    case .ndarray, .dtype, .reconstruct, .scalar, .fromBuffer: true
    default: false
    }
  }

  /// Whether it may be what makes the values of a `defaultdict`.
  var isFactory: Bool {
    switch self {
    case .encode, .reconstructor, .attribute: false
    default: !needsNumPy
    }
  }

  /// How many arguments picklers give it at most.
  var mostArguments: Int {
    switch self {
    // The segments of a path.
    case .posixPath, .windowsPath: .max
    default: 5
    }
  }
}
