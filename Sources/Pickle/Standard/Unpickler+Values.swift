internal import CBOR

/// What the classes of the standard library would have made of the arguments that picklers give
/// them. Other arguments, which the classes might take as well, are refused.
extension Unpickler {
  mutating func standardValue(
    _ callable: Callable, _ arguments: [Item]
  ) throws(PickleError) -> Item? {
    let value: Value?
    switch callable {
    case .date: value = try date(arguments)
    case .time: value = try time(arguments)
    case .dateTime: value = try dateTime(arguments)
    case .timeDelta: value = try timeDelta(arguments)
    case .timeZone: value = timeZone(arguments)
    case .complex: value = complex(arguments)
    case .decimal: value = try decimal(arguments)
    case .fraction: value = try fraction(arguments)
    case .posixPath: value = try path(arguments, PathText.posix)
    case .windowsPath: value = try path(arguments, PathText.windows)
    default: value = nil
    }
    guard let value else { return nil }
    return try arena.makeLeaf(.standard(callable), value, offset: reader.start)
  }

  // MARK: Times

  /// `date(bytes)`: a date as text (RFC 8943).
  private mutating func date(_ arguments: [Item]) throws(PickleError) -> Value? {
    guard arguments.count == 1, let bytes = try packed(arguments[0]) else { return nil }
    guard let day = CivilTime.Day(bytes) else { throw malformed("a date that is none") }
    return .tagged(1004, .text(CivilTime(day: day).text))
  }

  /// `time(bytes)` and `time(bytes, timezone)`.
  private mutating func time(_ arguments: [Item]) throws(PickleError) -> Value? {
    guard let (bytes, offset) = try packedTime(arguments) else { return nil }
    guard bytes.count == CivilTime.Clock.size,
      let clock = CivilTime.Clock(bytes.withoutFold(at: 0))
    else { throw malformed("a time that is none") }
    return .text(CivilTime(clock: clock, offset: offset).text)
  }

  /// `datetime(bytes)` and `datetime(bytes, timezone)`: a date and time of RFC 3339, where there is
  /// an offset that this can write, and otherwise text.
  private mutating func dateTime(_ arguments: [Item]) throws(PickleError) -> Value? {
    guard let (bytes, offset) = try packedTime(arguments) else { return nil }
    guard bytes.count == CivilTime.Day.size + CivilTime.Clock.size,
      let day = CivilTime.Day(bytes.prefix(CivilTime.Day.size).withoutFold(at: 2)),
      let clock = CivilTime.Clock(bytes.dropFirst(CivilTime.Day.size))
    else { throw malformed("a date and time that is none") }
    let text = Value.text(CivilTime(day: day, clock: clock, offset: offset).text)
    return offset?.isWholeMinutes == true ? .tagged(0, text) : text
  }

  private mutating func packedTime(
    _ arguments: [Item]
  ) throws(PickleError) -> (bytes: [UInt8], offset: TimeOffset?)? {
    guard (1...2).contains(arguments.count), let bytes = try packed(arguments[0]) else {
      return nil
    }
    guard arguments.count == 2 else { return (bytes, nil) }
    guard case .leaf(.standard(.timeZone), let index) = arguments[1],
      let offset = arena.leaves[Int(index)].text.flatMap({ TimeOffset($0) })
    else { return nil }
    return (bytes, offset)
  }

  /// The bytes that a date or a time is packed into.
  private mutating func packed(_ item: Item) throws(PickleError) -> [UInt8]? {
    guard case .leaf(let kind, _) = item, kind == .bytes || kind == .string else { return nil }
    return try rawBytes(item)
  }

  /// `timedelta(days, seconds, microseconds)`.
  private func timeDelta(_ arguments: [Item]) throws(PickleError) -> Value? {
    guard arguments.count == 3, let days = arguments[0].small, let seconds = arguments[1].small,
      let microseconds = arguments[2].small
    else { return nil }
    guard let span = TimeSpan(days: days, seconds: seconds, microseconds: microseconds) else {
      throw malformed("a timedelta that is none")
    }
    return span.value
  }

  /// `timezone(offset)` and `timezone(offset, name)`: the offset as text.
  private func timeZone(_ arguments: [Item]) -> Value? {
    guard (1...2).contains(arguments.count),
      case .leaf(.standard(.timeDelta), let index) = arguments[0],
      case .tagged(let span) = arena.leaves[Int(index)],
      arguments.count == 1 || arena.text(arguments[1]) != nil
    else { return nil }
    return (TimeSpan(span.content)?.offset).map { .text($0.text) }
  }

  // MARK: Numbers

  /// `complex(real, imaginary)`.
  private func complex(_ arguments: [Item]) -> Value? {
    guard arguments.count == 2, case .float(let real) = arguments[0],
      case .float(let imaginary) = arguments[1]
    else { return nil }
    return .tagged(43_000, [.float(real), .float(imaginary)])
  }

  /// `Decimal(text)`: a decimal fraction; a float, where it is no number or a negative zero.
  private mutating func decimal(_ arguments: [Item]) throws(PickleError) -> Value? {
    guard arguments.count == 1, let text = arena.text(arguments[0]) else { return nil }
    try convert(text.utf8.count)
    if let special = Self.notFinite(text) { return .float(special) }
    guard text.utf8.count <= DecimalText.limit + 64 else { throw tooManyDigits("a Decimal") }
    guard let number = DecimalNumber(text.utf8), number.isDecimal else {
      throw malformed("a Decimal that is none")
    }
    guard number.digits.count <= DecimalText.limit else { throw tooManyDigits("a Decimal") }
    // An integer has no sign for it.
    if number.digits.isEmpty, number.isNegative { return .float(-0.0) }
    return number.decimalFraction
  }

  /// Infinities, and NaN of either kind, with or without digits behind it.
  private static func notFinite(_ text: String) -> Double? {
    switch text {
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    default:
      isNaN(text[...].utf8) ? .nan : nil
    }
  }

  private static func isNaN(_ text: Substring.UTF8View) -> Bool {
    let unsigned = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    let quiet = unsigned.first == UInt8(ascii: "s") ? unsigned.dropFirst() : unsigned
    return quiet.starts(with: "NaN".utf8)
      && quiet.dropFirst(3).allSatisfy { (0x30...0x39).contains($0) }
  }

  /// `Fraction(numerator, denominator)`; in older Pythons its text, `Fraction("1/3")`.
  private mutating func fraction(_ arguments: [Item]) throws(PickleError) -> Value? {
    switch arguments.count {
    case 1:
      guard let text = arena.text(arguments[0]) else { return nil }
      try convert(text.utf8.count)
      let parts = text.utf8.split(
        separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
      let numerator = try integer(digits: parts[0])
      return try rational(numerator, parts.count == 1 ? 1 : try integer(digits: parts[1]))
    case 2:
      guard let numerator = integer(arguments[0]), let denominator = integer(arguments[1]) else {
        return nil
      }
      return try rational(numerator, denominator)
    default: return nil
    }
  }

  private func rational(_ numerator: Value, _ denominator: Value) throws(PickleError) -> Value {
    guard let integer = denominator.bigInteger, !integer.isNegative, !integer.magnitude.isEmpty
    else { throw malformed("a Fraction whose denominator is not positive") }
    return .tagged(30, [numerator, denominator])
  }

  private func integer(digits: Substring.UTF8View) throws(PickleError) -> Value {
    let text = Array(digits)
    guard text.withUnsafeBytes({ DecimalText.digits($0) }) <= DecimalText.limit else {
      throw tooManyDigits("a Fraction")
    }
    guard let value = text.withUnsafeBytes({ DecimalText.integer($0) }) else {
      throw malformed("a Fraction that is none")
    }
    return value
  }

  private func tooManyDigits(_ what: String) -> PickleError {
    PickleError(
      .limitExceeded, "\(what) of more than \(DecimalText.limit) digits", offset: reader.start)
  }

  private func integer(_ item: Item) -> Value? {
    switch item {
    case .unsigned(let value): .unsigned(value)
    case .negative(let value): .negative(value)
    case .leaf(.integer, let index): arena.leaves[Int(index)]
    default: nil
    }
  }

  // MARK: Paths

  /// A path of any number of segments, as text.
  private mutating func path(
    _ arguments: [Item], _ join: ([String]) -> String
  ) throws(PickleError) -> Value? {
    var segments: [String] = []
    var length = 0
    for argument in arguments {
      guard let segment = arena.text(argument) else { return nil }
      segments.append(segment)
      length += segment.utf8.count + 1
    }
    try convert(length)
    return .text(join(segments))
  }
}

// MARK: - UUIDs

extension Unpickler {
  /// `_reconstructor(UUID, object, None)`, as protocols 0 and 1 make instances.
  mutating func reconstructUUID(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count == 3 else { return nil }
    guard case .callable(.uuid) = arguments[0], case .callable(.object) = arguments[1],
      case .none = arguments[2]
    else { throw makesInstance(of: arguments[0]) }
    return try makeUUID()
  }

  /// A UUID whose state is still to come.
  mutating func makeUUID() throws(PickleError) -> Item {
    try arena.makeLeaf(.standard(.uuid), .null, offset: reader.start)
  }

  /// The state of a UUID: `{"int": number}`, with `is_safe` where that is known.
  mutating func buildUUID(_ index: UInt32, _ state: Item) throws(PickleError) {
    guard arena.leaves[Int(index)].isNull, let node = arena.node(state), node.kind == .dict,
      node.count <= 4
    else { throw malformed("the state of a UUID that is none") }
    let entries = arena.children(of: node)
    var number: [UInt8]?
    for position in stride(from: 0, to: entries.count, by: 2) {
      switch arena.text(entries[position]) {
      case "int": number = integer(entries[position + 1])?.bigInteger.flatMap(Self.sixteenBytes)
      case "is_safe": break
      default: throw malformed("the state of a UUID that is none")
      }
    }
    guard let number else { throw malformed("a UUID that is no number of 128 bits") }
    arena.fillLeaf(index, with: .tagged(37, .bytes(number)))
  }

  private static func sixteenBytes(_ number: BigInteger) -> [UInt8]? {
    guard !number.isNegative, number.magnitude.count <= 16 else { return nil }
    return [UInt8](repeating: 0, count: 16 - number.magnitude.count) + number.magnitude
  }
}

extension Item {
  /// The number, where this is an integer that an `Int` holds.
  fileprivate var small: Int? {
    switch self {
    case .unsigned(let value): Int(exactly: value)
    case .negative(let value): Int(exactly: value).map { -1 - $0 }
    default: nil
    }
  }
}

extension RangeReplaceableCollection<UInt8> where Index == Int, Self: MutableCollection {
  /// Without the bit in which `datetime` keeps which of two equal times of day is meant.
  fileprivate func withoutFold(at place: Int) -> Self {
    var bytes = self
    bytes[bytes.startIndex + place] &= 0x7f
    return bytes
  }
}
