import CBOR
import Pickle
import Testing

@Suite("Numbers")
struct NumberTests {
  @Test(
    "Integers, booleans and None of every opcode",
    arguments: [
      ("N.", "null"), (#"\x88."#, "true"), (#"\x89."#, "false"),
      (#"K\x00."#, "0"), (#"K\xff."#, "255"), (#"M\x00\x01."#, "256"), (#"M\xff\xff."#, "65535"),
      (#"J\xff\xff\xff\x7f."#, "2147483647"), (#"J\x00\x00\x00\x80."#, "-2147483648"),
      (#"J\xff\xff\xff\xff."#, "-1"),
      (#"I01\n."#, "true"), (#"I00\n."#, "false"), (#"I0\n."#, "0"), (#"I1\n."#, "1"),
      (#"I-17\n."#, "-17"), (#"I+17\n."#, "17"), (#"I-0\n."#, "0"),
      (#"I18446744073709551615\n."#, "18446744073709551615"),
      (#"L0L\n."#, "0"), (#"L12L\n."#, "12"), (#"L12\n."#, "12"), (#"L-1L\n."#, "-1"),
      (#"L999999999999999999L\n."#, "999999999999999999"),
      (#"L1000000000000000000L\n."#, "1000000000000000000"),
      (#"L-9223372036854775808L\n."#, "-9223372036854775808"),
      (#"L-18446744073709551616L\n."#, "-18446744073709551616"),
      (#"L18446744073709551616L\n."#, "18446744073709551616"),
      (#"L-18446744073709551617L\n."#, "-18446744073709551617"),
      (
        #"L340282366920938463463374607431768211456L\n."#, "340282366920938463463374607431768211456"
      ),
    ])
  func integers(_ pickle: String, _ expected: String) throws {
    #expect(try decoded(pickle) == expected)
  }

  @Test(
    "Two's complement of any length, least significant byte first",
    arguments: [
      ("8a00", "0"), ("8a0100", "0"), ("8a01ff", "-1"), ("8a017f", "127"), ("8a0180", "-128"),
      ("8a028000", "128"), ("8a02ff00", "255"), ("8a0200ff", "-256"),
      ("8a08ffffffffffffff7f", "9223372036854775807"),
      ("8a080000000000000080", "-9223372036854775808"),
      ("8a09ffffffffffffffff00", "18446744073709551615"),
      ("8a090000000000000000ff", "-18446744073709551616"),
      ("8a09000000000000000001", "18446744073709551616"),
      ("8a09fffffffffffffffffe", "-18446744073709551617"),
      ("8a0a00000000000000008000", "2361183241434822606848"),
      // With more of the sign than is needed.
      ("8a0c010000000000000000000000", "1"), ("8a0cffffffffffffffffffffffff", "-1"),
      ("8b00000000", "0"), ("8b0200000000ff", "-256"),
      ("8b09000000000000000000000001", "18446744073709551616"),
    ])
  func twosComplement(_ opcode: String, _ expected: String) throws {
    #expect(try PickleDecoder().decode(hex(opcode + "2e")).diagnosticNotation == expected)
  }

  @Test(
    "Floats, in binary and in decimal",
    arguments: [
      (#"G\x3f\xf8\x00\x00\x00\x00\x00\x00."#, "1.5"),
      (#"G\x80\x00\x00\x00\x00\x00\x00\x00."#, "-0.0"),
      (#"G\x7f\xf0\x00\x00\x00\x00\x00\x00."#, "Infinity"),
      (#"G\x7f\xf8\x00\x00\x00\x00\x00\x00."#, "NaN"),
      (#"F1.5\n."#, "1.5"), (#"F-0.0\n."#, "-0.0"), (#"F1e+100\n."#, "1.0e+100"),
      (#"F7\n."#, "7.0"),
      (#"F5e-324\n."#, "5.0e-324"), (#"Finf\n."#, "Infinity"), (#"F-inf\n."#, "-Infinity"),
      (#"Fnan\n."#, "NaN"),
    ])
  func floats(_ pickle: String, _ expected: String) throws {
    #expect(try decoded(pickle) == expected)
  }

  @Test(
    "Text that is no number is malformed",
    arguments: [
      #"I\n."#, #"I-\n."#, #"I 1\n."#, #"I1 \n."#, #"I0x10\n."#, #"I1_000\n."#, #"I010\n."#,
      #"I--1\n."#, #"I1L\n."#, #"L\n."#, #"LL\n."#, #"L1LL\n."#, #"L007L\n."#, #"Ltrue\n."#,
      #"I\xd9\xa1\n."#, #"F\n."#, #"F1,5\n."#, #"F0x1p3\n."#, #"Fnan(1)\n."#, #"FInfinity\n."#,
      #"F1.5.5\n."#, #"F 1.5\n."#, #"F1e\n."#,
    ])
  func malformed(_ pickle: String) {
    let error = failure(pickle)
    #expect(error?.code == .malformed)
    #expect(error?.offset == 0)
  }

  @Test("An integer in decimal has 4,300 digits at most")
  func digits() throws {
    let digits = String(repeating: "7", count: 4300)
    let value = try PickleDecoder().decode(pickle("L-\(digits)L\\n."))
    #expect(value.bigInteger?.description == "-" + digits)
    for opcode in ["L7\(digits)L", "I7\(digits)", "I-7\(digits)"] {
      #expect(failure("(\(opcode)\\nt.")?.code == .limitExceeded)
      #expect(failure("(\(opcode)\\nt.")?.offset == 1)
    }
  }

  @Test("Every number of digits is read exactly", arguments: 1..<60)
  func everyLength(_ count: Int) throws {
    let digits = String((0..<count).map { Character("\(($0 * 7 + count) % 9 + 1)") })
    let value = try PickleDecoder().decode(pickle("L-\(digits)L\\n."))
    #expect(value.bigInteger?.description == "-" + digits)
  }

  @Test("LONG4 with a negative length is malformed")
  func negativeLength() {
    let error = failure(#"\x8b\xff\xff\xff\xff\x00."#)
    #expect(error?.code == .malformed)
    #expect(error?.offset == 0)
  }
}
