internal import CBOR

/// An instance of a class of Python's standard library, as the picklers make it.
indirect enum StandardCall {
  case date(CivilTime.Day)
  case dateTime(CivilTime.Day, CivilTime.Clock, TimeOffset)
  case timeDelta(TimeSpan)
  case complex(Double, Double)
  case decimal(DecimalNumber)
  case fraction(BigInteger, BigInteger)
  case uuid([UInt8])

  /// - Returns: nil for a tag without a counterpart, and for content that Python does not hold.
  init?(_ tagged: Value.Tagged) {
    let content = tagged.content
    switch tagged.tag {
    case 0:
      guard let time = content.text.flatMap({ CivilTime($0) }), let day = time.day,
        let clock = time.clock, let offset = time.offset
      else { return nil }
      self = .dateTime(day, clock, offset)
    case 4:
      guard let number = DecimalNumber(tag4: content), number.isDecimal else { return nil }
      self = .decimal(number)
    case 30:
      guard let parts = content.array, parts.count == 2, let numerator = parts[0].bigInteger,
        let denominator = parts[1].bigInteger, !denominator.isNegative,
        !denominator.magnitude.isEmpty
      else { return nil }
      self = .fraction(numerator, denominator)
    case 37:
      guard let bytes = content.bytes, bytes.count == 16 else { return nil }
      self = .uuid(bytes)
    case TimeSpan.tag:
      guard let span = TimeSpan(content) else { return nil }
      self = .timeDelta(span)
    case 1004:
      guard let time = content.text.flatMap({ CivilTime($0) }), let day = time.day,
        time.clock == nil
      else { return nil }
      self = .date(day)
    case 43_000:
      guard let parts = content.array, parts.count == 2, let real = parts[0].float,
        let imaginary = parts[1].float
      else { return nil }
      self = .complex(real, imaginary)
    default: return nil
    }
  }

  /// What to say behind a tag that is not written.
  static func shortcoming(_ tag: UInt64) -> String {
    switch tag {
    case 0: ", a date and time that Python's datetime does not hold"
    case 4: ", a decimal fraction that Python's Decimal does not hold, or of over 4,300 digits"
    case 30: ", a rational number, without two integers"
    case 37: ", a UUID, without 16 bytes"
    case TimeSpan.tag: ", a duration that Python's timedelta does not hold"
    case 1004: ", a date that Python's date does not hold"
    case 43_000: ", a complex number, without two floats"
    default: " has no counterpart in Python's plain data"
    }
  }
}

extension DecimalNumber {
  /// Whether Python's `decimal` counts so far.
  var isDecimal: Bool { exponent + max(digits.count, 1) - 1 < 1_000_000_000_000_000_000 }
}

extension PickleWriter {
  mutating func write(_ call: StandardCall) {
    switch call {
    case .date(let day):
      name("datetime", "date")
      write(bytes: day.bytes)
      reduce(.tuple1)
    case .dateTime(let day, let clock, let offset):
      name("datetime", "datetime")
      write(bytes: day.bytes + clock.bytes)
      name("datetime", "timezone")
      if let span = TimeSpan(offset) { write(.timeDelta(span)) }
      reduce(.tuple1)
      reduce(.tuple2)
    case .timeDelta(let span):
      name("datetime", "timedelta")
      for number in [span.days, span.seconds, span.microseconds] {
        write(BigInteger(number))
      }
      reduce(.tuple3)
    case .complex(let real, let imaginary):
      name("builtins", "complex")
      write(float: real)
      write(float: imaginary)
      reduce(.tuple2)
    case .decimal(let number):
      name("decimal", "Decimal")
      let digits = number.digits.isEmpty ? "0" : String(decoding: number.digits, as: UTF8.self)
      write(text: "\(number.isNegative ? "-" : "")\(digits)E\(number.exponent)")
      reduce(.tuple1)
    case .fraction(let numerator, let denominator):
      name("fractions", "Fraction")
      write(numerator)
      write(denominator)
      reduce(.tuple2)
    case .uuid(let bytes):
      name("uuid", "UUID")
      write(.emptyTuple)
      write(.newObj)
      write(.emptyDict)
      write(text: "int")
      write(BigInteger(magnitude: bytes))
      write(.setItem)
      write(.build)
    }
  }

  private mutating func name(_ module: String, _ name: String) {
    write(text: module)
    write(text: name)
    write(.stackGlobal)
  }

  /// Calls what was named with the arguments behind it.
  private mutating func reduce(_ arguments: Opcode) {
    write(arguments)
    write(.reduce)
  }

  /// Writes an integer of less than 2 GiB.
  mutating func write(_ integer: BigInteger) {
    switch Value(integer) {
    case .unsigned(let value): write(unsigned: value)
    case .negative(let value): write(negative: value)
    default:
      // -1 - n is written by the bytes of n.
      guard case .tagged(let normal) = Value(integer), let bytes = normal.content.bytes else {
        return
      }
      writeLong(bytes.reversed(), integer.isNegative)
    }
  }
}
