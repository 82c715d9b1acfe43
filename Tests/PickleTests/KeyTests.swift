import CBOR
import Pickle
import Testing

@Suite("Keys as Python compares them")
struct KeyTests {
  /// Each is `True`, 1 or 1.0 in some way.
  private static let ones = [
    #"\x88"#, #"K\x01"#, #"G\x3f\xf0\x00\x00\x00\x00\x00\x00"#, #"I01\n"#, #"L1L\n"#,
    #"\x8a\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00"#,
  ]

  @Test("True, 1 and 1.0 are one key: the first stays, with the last value", arguments: ones)
  func oneKey(_ first: String) throws {
    for second in Self.ones {
      let pair = "(" + first + #"K\x0a"# + second + #"K\x0b"#
      let key = try decoded(first + ".")
      #expect(try decoded("}" + pair + "u.") == "{\(key): 11}")
      #expect(try decoded(pair + "d.") == "{\(key): 11}")
      #expect(try decoded("}" + first + "Ns" + second + #"K\x0bs."#) == "{\(key): 11}")
      #expect(try decoded(#"\x8f("# + first + second + #"\x90."#) == "258([\(key)])")
      // In tuples and frozen sets, too.
      let tuple = "(" + first + #"\x85K\x0a"# + second + #"\x85K\x0bd."#
      #expect(try decoded(tuple) == "{[\(key)]: 11}")
      let set = "((" + first + #"\x91K\x0a("# + second + #"\x91K\x0bd."#
      #expect(try decoded(set) == "{258([\(key)]): 11}")
    }
  }

  @Test(
    "Keys that Python takes for one are one",
    arguments: [
      ("I00\\n", "G\\x80\\x00\\x00\\x00\\x00\\x00\\x00\\x00"),  // False and -0.0
      ("\\x8c\\x01a", "X\\x01\\x00\\x00\\x00a"), ("C\\x01a", "B\\x01\\x00\\x00\\x00a"),
      ("N", "N"), (")", ")"), ("(\\x91", "(\\x91"), ("(K\\x01K\\x02\\x91", "(K\\x02K\\x01\\x91"),
      ("(K\\x01)\\x91", "()K\\x01\\x91"), ("(K\\x01K\\x02\\x91\\x85", "(K\\x02K\\x01\\x91\\x85"),
      // 2^64, -2^64, 2^70, 10^23 rounded to a float.
      ("L18446744073709551616L\\n", "F18446744073709551616\\n"),
      ("L-18446744073709551616L\\n", "F-18446744073709551616\\n"),
      ("L1180591620717411303424L\\n", "F1180591620717411303424\\n"),
      ("L99999999999999991611392L\\n", "F1e23\\n"),
      ("L-18446744073709551615L\\n", "L-18446744073709551615L\\n"),
      ("F0.5\\n", "G\\x3f\\xe0\\x00\\x00\\x00\\x00\\x00\\x00"), ("Finf\\n", "Finf\\n"),
      ("S'a'\\n", "Va\\n"), ("K\\x01\\x85\\x85", "\\x88\\x85\\x85"),
    ])
  func equal(_ first: String, _ second: String) throws {
    let value = try PickleDecoder().decode(pickle("(\(first)K\\x01\(second)K\\x02d."))
    #expect(value.map?.count == 1)
    #expect(value.map?.first?.value == 2)
  }

  @Test(
    "Keys that Python tells apart stay apart",
    arguments: [
      ("K\\x01", "\\x8c\\x011"), ("\\x8c\\x01a", "C\\x01a"), ("N", "\\x89"), ("K\\x00", "N"),
      // The same text, composed and decomposed.
      ("\\x8c\\x02\\xc3\\xa9", "\\x8c\\x03e\\xcc\\x81"), (")", "(\\x91"),
      ("K\\x01\\x85", "K\\x01K\\x01\\x86"), ("K\\x01", "K\\x01\\x85"),
      ("K\\x01K\\x02\\x86", "K\\x02K\\x01\\x86"), ("K\\x01\\x85", "(K\\x01\\x91"),
      ("F1.5\\n", "K\\x01"), ("Finf\\n", "F-inf\\n"), ("F1e23\\n", "L100000000000000000000000L\\n"),
      ("L18446744073709551616L\\n", "L18446744073709551617L\\n"),
      ("\\x8c\\x02ab", "\\x8c\\x02ac"), (")\\x85", "))\\x86"),
    ])
  func different(_ first: String, _ second: String) throws {
    let value = try PickleDecoder().decode(pickle("(\(first)K\\x01\(second)K\\x02d."))
    #expect(value.map?.count == 2)
  }

  @Test("Of many keys, each is compared with each", arguments: [9, 100, 5000])
  func manyKeys(_ count: Int) throws {
    let kinds: [(Int) -> Value] = [
      { .text("key \($0)") }, { .unsigned(UInt64($0 * 2_654_435_761 % 1_000_003)) },
      { $0 % 2 == 0 ? .text("\($0)") : .negative(UInt64($0)) },
      { .bytes([UInt8($0 & 0xff), UInt8($0 >> 8)]) }, { .float(Double($0) + 0.5) },
      { [.unsigned(UInt64($0)), .text("a")] },
    ]
    for kind in kinds {
      let entries = (0..<count).map { Value.Entry(key: kind($0), value: 0) }
      let bytes = try PickleEncoder().encode(.map(entries))
      #expect(try PickleDecoder().decode(bytes) == .map(entries))
      let again = Value.Entry(key: entries[count / 2].key, value: 1)
      let twice = try PickleDecoder().decode(PickleEncoder().encode(.map(entries + [again])))
      #expect(twice.map?.count == count)
      #expect(twice.map?[count / 2].value == 1)
    }
  }

  @Test("NaN is one key at most, since a map has room for one")
  func nan() throws {
    #expect(try decoded(#"(Fnan\nNd."#) == "{NaN: null}")
    #expect(failure(#"(Fnan\nNFnan\nNd."#)?.code == .unsupported)
    #expect(failure(#"(Fnan\n\x85NFnan\n\x85Nd."#)?.code == .unsupported)
    #expect(failure(#"\x8f(Fnan\nFnan\n\x90."#)?.code == .unsupported)
  }
}
