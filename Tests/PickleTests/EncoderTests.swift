import CBOR
import Pickle
import Testing

@Suite("Writing")
struct EncoderTests {
  @Test(
    "Values of every kind are written in protocol 4, without frames or a memo",
    arguments: [
      ("null", "N"), ("true", #"\x88"#), ("false", #"\x89"#),
      ("0", #"K\x00"#), ("255", #"K\xff"#), ("256", #"M\x00\x01"#), ("65535", #"M\xff\xff"#),
      ("65536", #"J\x00\x00\x01\x00"#), ("2147483647", #"J\xff\xff\xff\x7f"#),
      ("2147483648", #"\x8a\x05\x00\x00\x00\x80\x00"#), ("-1", #"J\xff\xff\xff\xff"#),
      ("-2147483648", #"J\x00\x00\x00\x80"#), ("-2147483649", #"\x8a\x05\xff\xff\xff\x7f\xff"#),
      ("4294967296", #"\x8a\x05\x00\x00\x00\x00\x01"#),
      ("9223372036854775807", #"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"#),
      ("18446744073709551615", #"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00"#),
      ("-18446744073709551616", #"\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\xff"#),
      ("2(h'010000000000000000')", #"\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01"#),
      ("3(h'ffffffffffffffffff')", #"\x8a\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff"#),
      ("2(h'0001')", #"K\x01"#), ("2(h'')", #"K\x00"#), ("3(h'')", #"J\xff\xff\xff\xff"#),
      ("1.5", #"G\x3f\xf8\x00\x00\x00\x00\x00\x00"#),
      ("-0.0", #"G\x80\x00\x00\x00\x00\x00\x00\x00"#),
      (#""hü""#, #"\x8c\x03h\xc3\xbc"#), (#""""#, #"\x8c\x00"#), ("h'00ff'", #"C\x02\x00\xff"#),
      ("[]", "]"), ("[1]", #"]K\x01a"#), ("[1, 2]", #"](K\x01K\x02e"#), ("[[]]", "]]a"),
      ("{}", "}"), ("{1: 2}", #"}K\x01K\x02s"#), ("{1: 2, 3: 4}", #"}(K\x01K\x02K\x03K\x04u"#),
      ("258([])", #"\x8f"#), ("258([1])", #"\x8f(K\x01\x90"#),
      ("258([1, 2])", #"\x8f(K\x01K\x02\x90"#),
      ("258([258([1]), 258([])])", #"\x8f((K\x01\x91(\x91\x90"#),
      ("258([[1], []])", #"\x8f(K\x01\x85)\x90"#),
      ("{[1, 2, 3]: [1]}", #"}K\x01K\x02K\x03\x87]K\x01as"#),
      ("{[1, 2]: 0}", #"}K\x01K\x02\x86K\x00s"#),
      ("{[1, 2, 3, 4]: 0}", #"}(K\x01K\x02K\x03K\x04tK\x00s"#), ("{[]: 0}", "})K\\x00s"),
      ("{[[1]]: 0}", #"}K\x01\x85\x85K\x00s"#), ("{258([1]): 0}", #"}(K\x01\x91K\x00s"#),
      ("{[258([])]: 0}", #"}(\x91\x85K\x00s"#),
      ("55799([1])", #"]K\x01a"#), ("55799(55799(1))", #"K\x01"#),
      ("{55799([1]): 0}", #"}K\x01\x85K\x00s"#),
      ("64(h'01ff')", #"](K\x01K\xffe"#), ("68(h'01')", #"]K\x01a"#),
      ("72(h'ff')", #"]J\xff\xff\xff\xffa"#),
      ("69(h'0102')", #"]M\x01\x02a"#), ("65(h'0102')", #"]M\x02\x01a"#), ("79(h'')", "]"),
      ("77(h'feff')", #"]J\xfe\xff\xff\xffa"#),
      ("84(h'003c')", #"]G\x3f\xf0\x00\x00\x00\x00\x00\x00a"#),
      ("81(h'3fc00000')", #"]G\x3f\xf8\x00\x00\x00\x00\x00\x00a"#),
      ("86(h'000000000000f83f')", #"]G\x3f\xf8\x00\x00\x00\x00\x00\x00a"#),
      ("71(h'ffffffffffffffff')", #"]\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00a"#),
      ("40([[2, 2], 64(h'01020304')])", #"](](K\x01K\x02e](K\x03K\x04ee"#),
      ("1040([[2, 3], 64(h'010203040506')])", #"](](K\x01K\x03K\x05e](K\x02K\x04K\x06ee"#),
      (
        "40([[2, 1, 2], [true, 1.5, -1, 0]])",
        #"](]](\x88G\x3f\xf8\x00\x00\x00\x00\x00\x00ea]](J\xff\xff\xff\xffK\x00eae"#
      ),
      ("40([[], 64(h'07')])", #"K\x07"#), ("40([[0, 3], 64(h'')])", "]"),
      ("40([[2, 0], 64(h'')])", "](]]e"),
    ])
  func values(_ diagnostic: String, _ expected: String) throws {
    let value = try Value(diagnostic: diagnostic)
    let bytes = try PickleEncoder().encode(value)
    #expect(hex(bytes) == hex(pickle(#"\x80\x04"# + expected + ".")))
    // It is a pickle, as this module reads it too.
    _ = try PickleDecoder().decode(bytes)
  }

  @Test("Text and bytes have heads for every length", arguments: [0, 255, 256, 65_536])
  func lengths(_ count: Int) throws {
    for value: Value in [
      .text(String(repeating: "a", count: count)), .bytes([UInt8](repeating: 0x61, count: count)),
    ] {
      let bytes = try PickleEncoder().encode(value)
      #expect(bytes.count == 2 + (count < 256 ? 2 : 5) + count + 1)
      #expect(try PickleDecoder().decode(bytes) == value)
    }
  }

  @Test("Integers are written with the sign that they have, up to thousands of bytes")
  func largeIntegers() throws {
    for count in [8, 9, 127, 128, 254, 255, 256, 5000] {
      for first: UInt8 in [0x01, 0x7f, 0x80, 0xff] {
        for isNegative in [false, true] {
          let magnitude = [first] + [UInt8](repeating: 0, count: count - 1)
          let value = Value(BigInteger(isNegative: isNegative, magnitude: magnitude))
          #expect(try PickleDecoder().decode(PickleEncoder().encode(value)) == value)
        }
      }
    }
  }

  @Test(
    "What Python's plain data does not hold is refused by name",
    arguments: [
      ("undefined", "undefined has no counterpart in Python"),
      ("simple(99)", "the simple value 99 has no counterpart in Python"),
      ("[1(1363896240)]", "tag 1 has no counterpart in Python's plain data"),
      (#"0("2026-01-01")"#, "tag 0, a date and time that Python's datetime does not hold"),
      (
        #"0("2026-12-31T23:59:60Z")"#, "tag 0, a date and time that Python's datetime does not hold"
      ),
      (
        #"0("2026-01-01T00:00:00.0000001Z")"#,
        "tag 0, a date and time that Python's datetime does not hold"
      ),
      (
        #"0("0000-01-01T00:00:00Z")"#, "tag 0, a date and time that Python's datetime does not hold"
      ),
      (
        "4([1000000000000000000, 1])",
        "tag 4, a decimal fraction that Python's Decimal does not hold, or of over 4,300 digits"
      ),
      ("30([1, 0])", "tag 30, a rational number, without two integers"),
      ("30([1.5, 2])", "tag 30, a rational number, without two integers"),
      ("37(h'00')", "tag 37, a UUID, without 16 bytes"),
      ("1002({1: 0.5})", "tag 1002, a duration that Python's timedelta does not hold"),
      ("1002({1: 0, -9: 1})", "tag 1002, a duration that Python's timedelta does not hold"),
      (
        "1002({1: 86400000000000})", "tag 1002, a duration that Python's timedelta does not hold"
      ),
      (#"1004("2026-02-29")"#, "tag 1004, a date that Python's date does not hold"),
      ("43000([1, 2])", "tag 43000, a complex number, without two floats"),
      (
        "18446744073709551615(1)",
        "tag 18446744073709551615 has no counterpart in Python's plain data"
      ),
      ("{{}: 1}", "a map as a key, which Python cannot hash"),
      ("258([[{}]])", "a map as a key, which Python cannot hash"),
      ("{64(h'00'): 1}", "tag 64, an array of numbers, as a key"),
      ("258([40([[1], [1]])])", "tag 40, an array of numbers, as a key"),
      ("{undefined: 1}", "undefined has no counterpart in Python"),
      ("2(1)", "tag 2, a large integer, without bytes"),
      ("258(1)", "tag 258, a set, without an array"),
      (
        "87(h'00000000000000000000000000000000')",
        "tag 87, whose numbers have no counterpart in Python"
      ),
      ("76(h'00')", "tag 76, whose numbers have no counterpart in Python"),
      ("69(h'00')", "tag 69 without bytes for whole numbers"),
      ("69(1)", "tag 69 without bytes for whole numbers"),
      ("40(1)", "tag 40 without a shape and elements"),
      ("40([[1]])", "tag 40 without a shape and elements"),
      ("40([1, [1]])", "tag 40 without a shape and elements"),
      ("40([[-1], [1]])", "tag 40 with a shape that is none"),
      ("40([[1], 1])", "an array of several dimensions without its elements"),
      ("40([[2, 2], [1, 2, 3]])", "tag 40, whose elements do not fill its shape"),
      ("40([[4294967296, 4294967296, 2], []])", "tag 40, whose elements do not fill its shape"),
      ("40([[2], [1, \"a\"]])", "an array of several dimensions that holds other than numbers"),
    ])
  func unsupported(_ diagnostic: String, _ message: String) throws {
    let value = try Value(diagnostic: diagnostic)
    let error = #expect(throws: PickleError.self) { try PickleEncoder().encode(value) }
    #expect(error?.code == .unsupported)
    #expect(error?.message == message)
  }

  @Test(
    "Different keys of which Python would keep one are refused",
    arguments: [
      ("{1: 0, true: 0}", "the keys 1 and true are one in Python"),
      ("{\"a\": 0, 1: 0, 1.0: 0}", "the keys 1 and 1.0 are one in Python"),
      ("{0.0: 0, -0.0: 0}", "the keys 0.0 and -0.0 are one in Python"),
      ("258([false, 0])", "the keys false and 0 are one in Python"),
      ("{[1, [true]]: 0, [1.0, [1]]: 0}", "the keys [1, [true]] and [1.0, [1]] are one in Python"),
      (
        "{258([1, 2]): 0, 258([2, 1]): 0}", "the keys 258([1, 2]) and 258([2, 1]) are one in Python"
      ),
      ("{2(h'01'): 0, 1: 0}", "the keys 2(h'01') and 1 are one in Python"),
      ("{[[]]: {1: 0, true: 0}}", "the keys 1 and true are one in Python"),
    ])
  func coincidingKeys(_ diagnostic: String, _ message: String) throws {
    let value = try Value(diagnostic: diagnostic)
    let error = #expect(throws: PickleError.self) { try PickleEncoder().encode(value) }
    #expect(error?.code == .unsupported)
    #expect(error?.message == message)
  }

  @Test("Keys of every kind that are different to Python are written")
  func differentKeys() throws {
    let value = try Value(
      diagnostic: """
        {1: 0, -1: 0, 1.5: 0, "1": 0, h'31': 0, null: 0, false: 0, [1]: 0, 258([1]): 0, \
        18446744073709551616: 0, Infinity: 0, NaN: 0}
        """)
    #expect(try PickleDecoder().decode(PickleEncoder().encode(value)) == value)
  }

  @Test("Dimensions that hold nothing do not unfold to lists without end")
  func emptyDimensions() throws {
    for shape: [Value] in [[10_000_001, 0], [4000, 4000, 0], [100_000_000_000, 0]] {
      let value = Value.tagged(40, [.array(shape), .tagged(64, .bytes([]))])
      let error = #expect(throws: PickleError.self) { try PickleEncoder().encode(value) }
      #expect(error?.code == .limitExceeded)
    }
    // Neither do several of them, nor many dimensions of one element around many elements.
    let several = Value.array(
      [Value](repeating: .tagged(40, [[9, 0], .tagged(64, .bytes([]))]), count: 2))
    var encoder = PickleEncoder()
    encoder.mostLists = 19
    #expect(throws: PickleError.self) { try encoder.encode(several) }
    encoder.mostLists = 20
    #expect(try encoder.encode(several).count == 2 + 2 + 2 * (2 + 9 + 1) + 1 + 1)
    let ones = Value.tagged(
      40,
      [
        .array([300_000] + [Value](repeating: 1, count: 60)),
        .tagged(64, .bytes([UInt8](repeating: 0, count: 300_000))),
      ])
    #expect(throws: PickleError.self) { try PickleEncoder().encode(ones) }
  }
}
