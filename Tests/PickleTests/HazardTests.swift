import CBOR
import Pickle
import Synchronization
import Testing

@Suite("Small pickles that ask for much")
struct HazardTests {
  /// Lists that hold the one before twice, `levels` times over.
  private func doubling(_ levels: Int) -> String {
    #"]q\x00"#
      + (0..<levels).map { level in
        let (before, own) = (hex([UInt8(level)]), hex([UInt8(level + 1)]))
        return #"0](h\x\#(before)h\x\#(before)eq\x\#(own)"#
      }.joined() + "."
  }

  @Test("A few hundred bytes do not unfold to 2^30 objects")
  func billionLaughs() throws {
    let wide = PickleLimits(expansion: .max)
    let error = failure(doubling(30), limits: wide)
    #expect(error?.code == .limitExceeded)
    #expect(error?.message == "the pickle unfolds to more than 10000000 objects")
    // 2^62 would overflow where it was counted in a sum of its own.
    #expect(failure(doubling(62), limits: wide)?.code == .limitExceeded)
    // 2^21 - 1 objects are within the limit, and share their memory.
    #expect(
      try PickleDecoder(limits: wide).decode(pickle(doubling(20))).array?.count == 2)
    let limits = PickleLimits(items: (1 << 21) - 2, expansion: .max)
    #expect(failure(doubling(20), limits: limits)?.code == .limitExceeded)
    let enough = PickleLimits(items: (1 << 21) - 1, expansion: .max)
    #expect(failure(doubling(20), limits: enough) == nil)
  }

  /// A list that holds one object a thousand times, so many times in a list.
  private func thousands(of object: String, _ count: Int) -> [UInt8] {
    pickle(
      "](\(object)q\\x00" + String(repeating: "h\\x00", count: 999) + "eq\\x010]("
        + String(repeating: "h\\x01", count: count) + "e.")
  }

  @Test(
    "A pickle unfolds to no more text than a hundred times its size, or a MiB",
    arguments: [
      "N", "]", "}", ")", "I01\\n", "K\\x01", "J\\x00\\x00\\x00\\x80",
      "F-1.2345678901234567e-300\\n",
      "L123456789012345678901234567890L\\n", "L" + String(repeating: "9", count: 200) + "L\\n",
      "C\\x03abc", "X\\x01\\x00\\x00\\x00\\x01", "X\\x03\\x00\\x00\\x00\\xe2\\x80\\xae",
      "X\\x04\\x00\\x00\\x00\\xf3\\xa0\\x81\\x81", "X\\x04\\x00\\x00\\x00abc\"",
      "(K\\x01\\x91", "}K\\x01Ns", "cdecimal\\nDecimal\\n(V1.50\\ntR",
      "cfractions\\nFraction\\n(V1/3\\ntR", "cdatetime\\ndate\\n(C\\x04\\x07\\xe5\\x01\\x01tR",
    ])
  func text(_ object: String) throws {
    var (accepted, refused) = (0, 20_000)
    while refused - accepted > 1 {
      let count = (accepted + refused) / 2
      let error = failure(thousands(of: object, count))
      if error == nil { accepted = count } else { refused = count }
      #expect(error == nil || error?.message.hasSuffix("bytes of text") == true)
    }
    let bytes = thousands(of: object, accepted)
    let most = max(1 << 20, 100 * bytes.count)
    let value = try PickleDecoder().decode(bytes)
    let printed = value.diagnosticNotation.utf8.count
    #expect(printed <= most)
    #expect(value.json().text.utf8.count <= most)
    // Nor is much less allowed.
    #expect(printed > most / 8, "\(printed) of \(most)")
    #expect(refused < 20_000)
  }

  @Test("What is referred to once is never too much text")
  func plainText() throws {
    for object in [
      "N", "K\\x01", "]", "\\x8c\\x01\\x01", "G" + String(repeating: "\\x3f", count: 8),
    ] {
      let bytes =
        pickle("](") + [UInt8](repeatElement(pickle(object), count: 200_000).joined())
        + pickle("e.")
      #expect(failure(bytes) == nil)
    }
  }

  @Test("Keys, tuples and sets unfold to no more, either")
  func otherLaughs() {
    let tuples =
      ")" + String(repeating: "2\\x86", count: 40)
    #expect(failure(tuples + ".")?.code == .limitExceeded)
    #expect(failure("}" + tuples + "Ns.")?.code == .limitExceeded)
    #expect(failure("}N" + tuples + "s.")?.code == .limitExceeded)
    let sets =
      "(\\x91" + String(repeating: "q\\x00\\x85h\\x00\\x86q\\x010(h\\x01h\\x00\\x91", count: 40)
    let limits = PickleLimits(items: 100_000)
    #expect(failure(sets + ".", limits: limits)?.code == .limitExceeded)
  }

  @Test("Nested sets are not compared again for every level")
  func nestedSets() {
    // A tuple of 2^13 objects in a set of two, in a set of two, and so on.
    let limits = PickleLimits(items: 100_000)
    let tuple = ")" + String(repeating: "2\\x86", count: 12)
    let pickle = tuple + String(repeating: "q\\x000(h\\x00N\\x91", count: 200) + "."
    let error = failure(pickle, limits: limits)
    #expect(error?.code == .limitExceeded)
    #expect(error?.message == "keys that hold too many objects to be compared")
  }

  @Test("Text that is referred to again and again does not unfold to gigabytes")
  func repeatedText() {
    let text = [0x58, 0, 0, 0x10, 0] + [UInt8](repeating: 0x61, count: 1 << 20) + pickle(#"q\x00"#)
    let references = [UInt8](repeatElement([0x68, 0], count: 1000).joined())
    let bytes = [0x5d, 0x28] + text + references + pickle("e.")
    #expect(failure([0x5d, 0x28] + text + pickle("h\\x00e.")) == nil)
    let error = failure(bytes)
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.hasSuffix("bytes of text") == true)
    let wide = PickleLimits(expansion: .max)
    #expect(failure(bytes, limits: wide)?.message.hasSuffix("bytes of content") == true)
  }

  @Test("The same bytes are not converted again and again")
  func repeatedConversion() {
    let text = [0x58, 0, 0, 0x10, 0] + [UInt8](repeating: 0x61, count: 1 << 20)
    let call = pickle(#"h\x01h\x00h\x02\x86R"#)
    let start = text + pickle(#"q\x000c_codecs\nencode\nq\x010Vlatin1\nq\x020"#)
    #expect(failure([0x28] + start + call + [0x74, 0x2e]) == nil)
    let many = [UInt8](repeatElement(call, count: 100).joined())
    #expect(failure([0x28] + start + many + [0x74, 0x2e])?.code == .limitExceeded)
  }

  @Test("As many levels as the limit are read, and no more")
  func depth() throws {
    let nestings: [(opening: String, closing: String, levels: Int)] = [
      ("]", "a", 1), ("}N", "s", 1), ("", #"\x85"#, 1), ("(", #"\x91"#, 2), ("(N", "t", 1),
    ]
    for (opening, closing, levels) in nestings {
      func nested(_ depth: Int, _ inner: String = "N") -> String {
        String(repeating: opening, count: depth / levels) + inner
          + String(repeating: closing, count: depth / levels) + "."
      }
      #expect(failure(nested(512)) == nil)
      #expect(failure(nested(514))?.code == .limitExceeded)
      #expect(failure(nested(6), limits: PickleLimits(depth: 6)) == nil)
      #expect(failure(nested(8), limits: PickleLimits(depth: 6))?.code == .limitExceeded)
      // One level for each byte, and a large integer as the innermost one.
      #expect(failure(nested(50_000))?.code == .limitExceeded)
      let large = #"L18446744073709551616L\n"#
      #expect(failure(nested(510, large)) == nil)
      #expect(failure(nested(512, large))?.code == .limitExceeded)
      // What is read has no more levels than CBOR allows by default.
      let value = try PickleDecoder().decode(pickle(nested(512)))
      #expect(try Value(decoding: value.encoded()) == value)
    }
    #expect(failure("].", limits: PickleLimits(depth: 0))?.code == .limitExceeded)
    #expect(failure("N.", limits: PickleLimits(depth: 0)) == nil)
  }

  @Test("A shared container counts its levels wherever it stands")
  func sharedDepth() {
    let inner = String(repeating: "]", count: 300) + String(repeating: "a", count: 299) + #"q\x00"#
    let outer = String(repeating: #"\x85"#, count: 250)
    #expect(failure("(" + inner + "h\\x00" + outer + "t.")?.code == .limitExceeded)
    #expect(failure("(" + inner + "h\\x00" + outer + "t.", limits: PickleLimits(depth: 551)) == nil)
  }

  @Test("Deep pickles are read, written and released on a small stack", arguments: [512, 20_000])
  func smallStack(depth: Int) {
    let survived = Mutex(0)
    onSmallStack {
      for (opening, closing) in [("]", "a"), ("}N", "s"), ("", #"\x85"#)] {
        let bytes = pickle(
          String(repeating: opening, count: depth) + "N" + String(repeating: closing, count: depth)
            + ".")
        let decoder = PickleDecoder(limits: PickleLimits(depth: depth))
        guard let value = try? decoder.decode(bytes),
          let again = try? decoder.decode(PickleEncoder().encode(value)), again == value
        else { return }
        survived.withLock { $0 += 1 }
      }
      // A key of many levels.
      let key = pickle("}N" + String(repeating: #"\x85"#, count: depth - 1) + "Ns.")
      guard let value = try? PickleDecoder(limits: PickleLimits(depth: depth)).decode(key),
        (try? PickleEncoder().encode(value)) != nil
      else { return }
      survived.withLock { $0 += 1 }
    }
    #expect(survived.withLock { $0 } == 4)
  }

  @Test(
    "Lengths are checked before anything is reserved",
    arguments: [
      #"X\xff\xff\xff\xffa"#, #"\x8d\xff\xff\xff\xff\xff\xff\xff\xffa"#,
      #"\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa"#, #"B\xff\xff\xff\x7fa"#,
      #"\x8e\x00\x00\x00\x00\x00\x00\x00\x80a"#, #"\x96\xff\xff\xff\xff\xff\xff\xff\x7f"#,
      #"\x8b\xff\xff\xff\x7f\x00"#, #"T\xff\xff\xff\x7fa"#, #"\x8c\xffa"#, #"C\xff"#, #"U\x02a"#,
      #"\x8a\x02\x00"#, #"\x95\xff\xff\xff\xff\xff\xff\xff\xff."#,
      #"\x95\x02\x00\x00\x00\x00\x00\x00\x00."#, #"M\x01"#, #"J\x01\x02\x03"#, "K", #"G\x3f\xf0"#,
      "X", #"X\x01\x00\x00"#, #"\x8d\x01\x00\x00\x00\x00\x00\x00"#, #"\x95\x00"#, #"\x80"#, "q",
      #"r\x00\x00"#, "h", "I1", "Va", "S'a'", "g0", "Np0", "cos", #"cos\nsystem"#, #"i"#, "P", "",
      "N", #"\x80\x04"#, "(", "](NN", #"\x84\x01\x00"#,
    ])
  func lengths(_ pickle: String) {
    let error = failure(pickle)
    #expect(error?.code == .truncated)
    #expect(error?.offset != nil)
  }

  @Test("The memo has no more room than it has entries")
  func largeMemoIndex() throws {
    // 2^31 - 1, 2^32 - 1, and a number that a text opcode alone can write.
    #expect(try decoded(#"Nr\xff\xff\xff\x7fr\xff\xff\xff\xffp999999999999999999\n."#) == "null")
  }

  @Test("What is in the pool and on the stack is limited, too")
  func objects() {
    let limits = PickleLimits(items: 100)
    for repeated in ["N", "]", "(", ")", "]q\\x00", "}", "\\x8c\\x01a", "C\\x00", "\\x8f"] {
      let pickle = String(repeating: repeated, count: 200)
      #expect(failure(pickle, limits: limits)?.code == .limitExceeded)
    }
    #expect(
      failure("]" + String(repeating: "Na", count: 200) + ".", limits: limits)?.code
        == .limitExceeded)
    #expect(failure("]" + String(repeating: "Na", count: 98) + ".", limits: limits) == nil)
    // Sets that are made of one list again and again.
    let sets =
      "](" + String(repeating: #"K\x01"#, count: 50) + #"eq\x000cbuiltins\nset\nq\x010("#
      + String(repeating: #"h\x01h\x00\x85R"#, count: 3) + "t."
    #expect(failure(sets, limits: limits)?.code == .limitExceeded)
    #expect(failure(sets) == nil)
    // Limits that say nothing.
    #expect(failure("N.", limits: PickleLimits(depth: .max, items: .max)) == nil)
    #expect(failure("N.", limits: PickleLimits(depth: -1, items: -1))?.code == .limitExceeded)
  }

  @Test("Bytes behind the end are refused, and left to whoever asks for the first pickle")
  func trailingBytes() throws {
    let bytes = pickle("K\\x07.N.")
    let error = failure(bytes)
    #expect(error?.code == .trailingBytes)
    #expect(error?.offset == 3)
    let (value, count) = try bytes.withUnsafeBytes { try PickleDecoder().decodeFirst($0) }
    #expect(value == 7)
    #expect(count == 3)
  }

  @Test("Protocols above 5 are not known")
  func protocols() throws {
    for version in 0...5 { #expect(try decoded("\\x80\\x0\(version)N.") == "null") }
    #expect(failure(#"\x80\x06N."#)?.code == .unsupported)
    #expect(failure(#"\x80\xffN."#)?.offset == 0)
  }
}
