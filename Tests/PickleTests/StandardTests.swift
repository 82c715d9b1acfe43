import CBOR
import Pickle
import Testing

/// Plain values of Python's standard library, whose classes are known by name alone.
@Suite("Values of Python's standard library")
struct StandardTests {
  @Test(
    "Each is read as the item that CBOR has for it",
    arguments: [
      (#"cdatetime\ndate\n(C\x04\x07\xe4\x02\x1dtR."#, #"1004("2020-02-29")"#),
      (
        #"cdatetime\ndatetime\n(C\x0a\x07\xe4\x01\x02\x03\x04\x05\x00\x00\x06tR."#,
        #""2020-01-02T03:04:05.000006""#
      ),
      // With a fold, which is left out.
      (
        #"cdatetime\ndatetime\n(C\x0a\x07\xe4\x81\x02\x03\x04\x05\x00\x00\x00tR."#,
        #""2020-01-02T03:04:05""#
      ),
      (
        #"cdatetime\ndatetime\n(C\x0a\x00\x01\x01\x01\x00\x00\x00\x00\x00\x00cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I-1\nI68400\nI0\ntRVEST\ntRtR."#,
        #"0("0001-01-01T00:00:00-05:00")"#
      ),
      (
        #"cdatetime\ndatetime\n(C\x0a\x07\xe4\x01\x02\x03\x04\x05\x00\x00\x00cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\nI3208\nI0\ntRtRtR."#,
        #""2020-01-02T03:04:05+00:53:28""#
      ),
      (
        #"cdatetime\ntime\n(C\x06\x97\x3b\x3b\x0f\x42\x3fcdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\nI0\nI0\ntRtRtR."#,
        #""23:59:59.999999+00:00""#
      ),
      (#"cdatetime\ntimedelta\n(I-1\nI86399\nI5\ntR."#, "1002({1: -1, -6: 5})"),
      (#"cdatetime\ntimedelta\n(I999999999\nI86399\nI0\ntR."#, "1002({1: 86399999999999})"),
      (
        #"cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I-1\nI1\nI999999\ntRtR."#,
        #""-23:59:58.000001""#
      ),
      (#"cdecimal\nDecimal\n(V-1.50\ntR."#, "4([-2, -150])"),
      (#"cdecimal\nDecimal\n(V5\ntR."#, "4([0, 5])"),
      (#"cdecimal\nDecimal\n(V0E+5\ntR."#, "4([5, 0])"),
      (#"cdecimal\nDecimal\n(V1E+999999999999999999\ntR."#, "4([999999999999999999, 1])"),
      (#"cdecimal\nDecimal\n(V-0.00\ntR."#, "-0.0"), (#"cdecimal\nDecimal\n(V-sNaN12\ntR."#, "NaN"),
      (#"cdecimal\nDecimal\n(V-Infinity\ntR."#, "-Infinity"),
      (#"cfractions\nFraction\n(V-1/3\ntR."#, "30([-1, 3])"),
      (#"cfractions\nFraction\n(V7\ntR."#, "30([7, 1])"),
      (
        #"cfractions\nFraction\n(I1\nL18446744073709551616L\ntR."#,
        "30([1, 18446744073709551616])"
      ),
      (#"c__builtin__\ncomplex\n(F1.5\nF-0.0\ntR."#, "43000([1.5, -0.0])"),
      (
        #"cuuid\nUUID\n)\x81}(Vint\nL340282366920938463463374607431768211455L\nVis_safe\nI0\nub."#,
        "37(h'ffffffffffffffffffffffffffffffff')"
      ),
      (
        #"ccopy_reg\n_reconstructor\n(cuuid\nUUID\nc__builtin__\nobject\nNtR}Vint\nI5\nsb."#,
        "37(h'00000000000000000000000000000005')"
      ),
      (#"ccollections\nOrderedDict\n)R(Vb\nI1\nVa\nI2\nu."#, #"{"b": 1, "a": 2}"#),
      (#"ccollections\nOrderedDict\n(](](Vb\nI1\ne(Va\nI2\nletR."#, #"{"b": 1, "a": 2}"#),
      (#"ccollections\ndefaultdict\n(c__builtin__\nlist\ntRVa\n]s."#, #"{"a": []}"#),
      (#"ccollections\ndefaultdict\n)RVa\nI1\ns."#, #"{"a": 1}"#),
      (#"ccollections\ndefaultdict\n(NtR."#, "{}"),
      (#"ccollections\nCounter\n(}(Va\nI2\nVb\nI1\nutR."#, #"{"a": 2, "b": 1}"#),
      (#"ccollections\ndeque\n)R(I1\nI2\ne."#, "[1, 2]"),
      (#"ccollections\ndeque\n()I3\ntR(I1\nI2\ne."#, "[1, 2]"),
      (#"ccollections\ndeque\n()I2\ntR(I1\nI2\nI3\ne."#, "[2, 3]"),
      (#"ccollections\ndeque\n(](I1\nI2\neNtR."#, "[1, 2]"),
      (#"cpathlib\nPurePosixPath\n(V/\nVa\nV..\nVb c\ntR."#, #""/a/../b c""#),
      (#"cpathlib._local\nPosixPath\n(Vx/./y//\nVz\ntR."#, #""x/y/z""#),
      (#"cpathlib\nPosixPath\n)R."#, #"".""#),
      (#"cpathlib\nWindowsPath\n(VC:\\\nVa\ntR."#, #""C:\\a""#),
      (#"cpathlib._local\nPureWindowsPath\n(Vc:/x\nV\\\\s/t/u\nVv\ntR."#, #""\\\\s\\t\\u\\v""#),
      // As keys.
      (
        #"}(cdecimal\nDecimal\n(V1.5\ntRI1\ncdatetime\ndate\n(C\x04\x07\xe4\x01\x01tRI2\nu."#,
        #"{4([-1, 15]): 1, 1004("2020-01-01"): 2}"#
      ),
      // Shared: a value in each place.
      (
        #"(cfractions\nFraction\n(I1\nI3\ntRp0\ng0\nt."#, "[30([1, 3]), 30([1, 3])]"
      ),
    ])
  func reads(_ pickle: String, _ diagnostic: String) throws {
    // A backslash in a raw text of Swift's is one of Python's.
    #expect(try decoded(pickle) == diagnostic)
  }

  @Test(
    "Arguments that no pickler writes are refused, with their place",
    arguments: [
      #"cdatetime\ndate\n(C\x04\x07\xe4\x0d\x01tR."#,
      #"cdatetime\ndate\n(C\x04\x07\xe5\x02\x1dtR."#,
      #"cdatetime\ndate\n(C\x04\x00\x00\x01\x01tR."#, #"cdatetime\ndate\n(C\x03\x07\xe4\x01tR."#,
      #"cdatetime\ndate\n(C\x00tR."#, #"cdatetime\ndate\n(C\x04\x27\x10\x01\x01tR."#,
      #"cdatetime\ntime\n(C\x06\x18\x00\x00\x00\x00\x00tR."#,
      #"cdatetime\ntime\n(C\x06\x00\x00\x00\x0f\x42\x40tR."#, #"cdatetime\ntime\n(C\x00tR."#,
      #"cdatetime\ndatetime\n(C\x0a\x07\xe4\x01\x00\x03\x04\x05\x00\x00\x06tR."#,
      #"cdatetime\ndatetime\n(C\x01\x00tR."#,
      #"cdatetime\ntimedelta\n(I1000000000\nI0\nI0\ntR."#,
      #"cdatetime\ntimedelta\n(I0\nI86400\nI0\ntR."#, #"cdatetime\ntimedelta\n(I0\nI-1\nI0\ntR."#,
      #"cdatetime\ntimedelta\n(I0\nI0\nI1000000\ntR."#, #"cdecimal\nDecimal\n(V\ntR."#,
      #"cdecimal\nDecimal\n(V--1\ntR."#, #"cdecimal\nDecimal\n(V1E\ntR."#,
      #"cdecimal\nDecimal\n(V1E+9999999999999999999999\ntR."#, #"cdecimal\nDecimal\n(VNaNs\ntR."#,
      #"cdecimal\nDecimal\n(V0x1\ntR."#, #"cfractions\nFraction\n(I1\nI0\ntR."#,
      #"cfractions\nFraction\n(I1\nI-2\ntR."#, #"cfractions\nFraction\n(V1/\ntR."#,
      #"cfractions\nFraction\n(V1/2/3\ntR."#, #"cfractions\nFraction\n(V\ntR."#,
      #"cuuid\nUUID\n)\x81}Vint\nI-1\nsb."#, #"cuuid\nUUID\n)\x81}b."#,
      #"cuuid\nUUID\n)\x81}Vint\nVa\nsb."#, #"cuuid\nUUID\n)\x81}Vhex\nI1\nsb."#,
      #"cuuid\nUUID\n)\x81}Vint\nL340282366920938463463374607431768211456L\nsb."#,
      #"cuuid\nUUID\n)\x81}Vint\nI1\nsb}Vint\nI2\nsb."#, #"cuuid\nUUID\n)\x81Nb."#,
      #"ccollections\nOrderedDict\n(](]I1\netR."#, #"ccollections\nOrderedDict\n(](](]I1\neatR."#,
    ])
  func refuses(_ pickle: String) {
    let error = failure(pickle)
    #expect(error != nil, "\(pickle)")
    #expect(error?.code == .malformed || error?.code == .refused, "\(String(describing: error))")
    #expect((error?.offset ?? 0) > 10, "\(String(describing: error))")
  }

  @Test("A UUID whose state never came is none")
  func withoutState() {
    let error = failure(#"(cuuid\nUUID\n)\x81t."#)
    #expect(error?.code == .malformed)
    #expect(error?.message == "a uuid.UUID whose state never came")
  }

  @Test("A timezone of a day or more is refused")
  func offset() {
    let error = failure(#"cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I1\nI0\nI0\ntRtR."#)
    #expect(error?.code == .refused)
  }

  @Test("Collections that hold themselves are refused by what they are to Python")
  func cycles() {
    for pickle in [
      #"ccollections\ndeque\n)Rp0\ng0\na."#, #"ccollections\nOrderedDict\n)Rp0\nI1\ng0\ns."#,
      #"ccollections\nCounter\n(}p0\nI1\ng0\nstR."#,
    ] {
      #expect(failure(pickle)?.code == .unsupported)
      #expect(failure(pickle)?.message.contains("holds itself") == true)
    }
  }

  @Test("Digits and exponents reserve nothing, and are as many as an integer may have")
  func digits() throws {
    func decimal(_ text: String) -> String { #"cdecimal\nDecimal\n(V"# + text + #"\ntR."# }
    let digits = String(repeating: "7", count: 4300)
    #expect(failure(decimal(digits)) == nil)
    #expect(failure(decimal(digits + "7"))?.code == .limitExceeded)
    #expect(failure(decimal("0." + String(repeating: "0", count: 9999)))?.code == .limitExceeded)
    #expect(try decoded(decimal("1E+999999999")) == "4([999999999, 1])")
    #expect(try decoded(decimal("1E-999999999")) == "4([-999999999, 1])")
    let fraction = #"cfractions\nFraction\n(V1/"# + digits + #"7\ntR."#
    #expect(failure(fraction)?.code == .limitExceeded)
  }

  @Test("What is converted again and again is bounded, whatever it is converted to")
  func conversions() {
    let digits = String(repeating: "7", count: 4300)
    for (name, text) in [
      (#"decimal\nDecimal"#, digits), (#"fractions\nFraction"#, digits),
      (#"pathlib\nPosixPath"#, String(repeating: "a", count: 100_000)),
    ] {
      let again = String(repeating: #"g0\ng1\nR"#, count: 10_000)
      let error = failure("(c\(name)" + #"\np0\n(V"# + text + #"\ntp1\nR"# + again + "t.")
      #expect(error?.code == .limitExceeded, "\(name)")
    }
  }

  @Test("Containers that share elements count as often as they stand")
  func sharing() {
    // Each Counter holds the one before it twice.
    var text = #"ccollections\nCounter\np0\n0}"#
    for _ in 0..<40 { text += #"p1\n0g0\n(}(I1\ng1\nI2\ng1\nutR"# }
    #expect(failure(text + ".")?.code == .limitExceeded)
  }

  @Test(
    "Keys that are one to Python are one",
    arguments: [
      (#"cdecimal\nDecimal\n(V0.50\ntR"#, "F0.5\\n"), (#"cdecimal\nDecimal\n(V100\ntR"#, "I100\\n"),
      (#"cfractions\nFraction\n(I1\nI2\ntR"#, "F0.5\\n"),
      (#"cfractions\nFraction\n(I1\nI5\ntR"#, #"cdecimal\nDecimal\n(V0.2\ntR"#),
      (#"cbuiltins\ncomplex\n(F1\nF0\ntR"#, "I01\\n"),
      (#"cdecimal\nDecimal\n(V1E+2\ntR"#, #"cfractions\nFraction\n(I100\nI1\ntR"#),
      (#"cdecimal\nDecimal\n(V1.10\ntR"#, #"cdecimal\nDecimal\n(V1.1\ntR"#),
      (
        #"cdatetime\ndatetime\n(C\x0a\x07\xe4\x01\x02\x03\x04\x05\x00\x00\x00cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\nI3600\nI0\ntRtRtR"#,
        #"cdatetime\ndatetime\n(C\x0a\x07\xe4\x01\x02\x02\x04\x05\x00\x00\x00cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\nI0\nI0\ntRtRtR"#
      ),
    ])
  func keys(_ first: String, _ second: String) throws {
    let pickle = "}(" + first + "I1\\n" + second + "I2\\nu."
    let value = try PickleDecoder().decode(bytes(of: pickle))
    #expect(value.map?.count == 1)
    let pair: Value = .map([
      .init(key: try PickleDecoder().decode(bytes(of: first + ".")), value: 1),
      .init(key: try PickleDecoder().decode(bytes(of: second + ".")), value: 2),
    ])
    let error = #expect(throws: PickleError.self) { try PickleEncoder().encode(pair) }
    #expect(error?.message.contains("are one in Python") == true)
  }

  @Test(
    "Different keys that become the same text are refused, and none is lost",
    arguments: [
      #"}(Va\nI1\ncpathlib\nPosixPath\n(Va\ntRI2\nu."#,
      #"}((I1\nVa\ntI1\n(I1\ncpathlib\nPosixPath\n(Va\ntRtI2\nu."#,
      #"c__builtin__\nset\n((lp0\nV00:00:00\nacdatetime\ntime\n(C\x06\x00\x00\x00\x00\x00\x00tRatR."#,
    ])
  func sameText(_ pickle: String) {
    #expect(failure(pickle)?.code == .unsupported)
    #expect(failure(pickle)?.message.hasPrefix("keys that are one here") == true)
  }

  @Test("Numbers that differ are keys of their own")
  func distinctKeys() throws {
    let value = try Value(
      diagnostic: """
        {4([-1, 1]): 1, 0.1: 2, 30([1, 3]): 3, 0.3333333333333333: 4, 43000([0.0, 1.0]): 5,
        4([400, 1]): 6, 4([500, 1]): 7, 1002({1: 1}): 8, 1: 9, 37(h'00000000000000000000000000000001'): 10,
        1004("2020-01-01"): 11, "2020-01-01": 12, 0("2020-01-01T00:00:00+00:00"): 13,
        30([1, 170141183460469231731687303715884105727]): 14}
        """)
    #expect(try PickleDecoder().decode(PickleEncoder().encode(value)) == value)
  }
}

/// The bytes of a pickle that is written as Python shows it.
private func bytes(of text: String) -> [UInt8] { pickle(text) }
