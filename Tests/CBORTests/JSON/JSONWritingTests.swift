import CBOR
import Testing

@Suite("JSON that is written") struct JSONWritingTests {
  @Test(
    "What JSON can hold is written without a loss, and reads back as it was",
    arguments: [
      ("null", "null"), ("true", "true"), ("0", "0"), ("-1", "-1"),
      ("9007199254740991", "9007199254740991"), ("-9007199254740991", "-9007199254740991"),
      ("1.0", "1.0"), ("-0.0", "-0.0"), ("0.1", "0.1"), ("1e300", "1e+300"), ("5e-324", "5e-324"),
      ("1e16", "1e+16"), ("[]", "[]"), ("{}", "{}"), ("[1, [2, {}], []]", "[1,[2,{}],[]]"),
      (#"{"b": 1, "a": [true, null]}"#, #"{"b":1,"a":[true,null]}"#),
      (#""\"\\/\b\f\n\r\t\u0000\u001f""#, #""\"\\/\b\f\n\r\t\u0000\u001F""#),
      (
        #""\u007f\u0080\u009f\u00a0\u2027\u2028\u2029\u202a""#,
        "\"\\u007F\\u0080\\u009F\u{a0}\u{2027}\\u2028\\u2029\\u202A\""
      ),
      ("\"\u{e9}\u{6c34}\u{1f600}\u{c2bf}\"", "\"\u{e9}\u{6c34}\u{1f600}\u{c2bf}\""),
    ])
  func lossless(_ diagnostic: String, _ json: String) throws {
    let value = try Value(diagnostic: diagnostic)
    #expect(value.json().text == json)
    #expect(value.json().losses.isEmpty)
    #expect(try Value(json: json) == value)
  }

  @Test(
    "What a tag says in a form that JSON has is written in it",
    arguments: [
      (#"0("2013-03-21T20:04:00Z")"#, #""2013-03-21T20:04:00Z""#),
      (#"32("http://www.example.com")"#, #""http://www.example.com""#),
      ("37(h'00112233445566778899AABBCCDDEEFF')", #""00112233-4455-6677-8899-aabbccddeeff""#),
      ("4([-2, 27315])", "273.15"), ("4([-2, -5])", "-0.05"), ("4([-1, 0])", "0.0"),
      ("4([0, 5])", "5"), ("4([3, 5])", "5e3"), ("4([-21, 5])", "5e-21"),
      ("4([291, 1])", "1e291"), ("4([-2, 1000])", "10.00"),
      (#"1004("2013-03-21")"#, #""2013-03-21""#), ("1002({1: 90061})", "90061"),
      ("1002({1: -1, -6: 500000})", "-0.500000"), ("1002({1: 5, -9: 1})", "5.000000001"),
      ("55799([1])", "[1]"), ("2(h'01')", "1"), ("3(h'01')", "-2"),
      ("64(h'00ff')", "[0,255]"), ("68(h'00ff')", "[0,255]"), ("72(h'00ff80')", "[0,-1,-128]"),
      ("65(h'0102ffff')", "[258,65535]"), ("69(h'0102ffff')", "[513,65535]"),
      ("73(h'fffe')", "[-2]"), ("77(h'feff')", "[-2]"), ("66(h'00000102')", "[258]"),
      ("78(h'feffffff')", "[-2]"), ("79(h'feffffffffffffff')", "[-2]"),
      ("67(h'0000000000000100')", "[256]"), ("80(h'3c00c000')", "[1.0,-2.0]"),
      ("84(h'003c')", "[1.0]"), ("81(h'3fc00000')", "[1.5]"), ("85(h'0000c03f')", "[1.5]"),
      ("86(h'000000000000f83f')", "[1.5]"), ("82(h'3ff8000000000000')", "[1.5]"), ("86(h'')", "[]"),
      ("40([[2, 3], 64(h'010203040506')])", "[[1,2,3],[4,5,6]]"),
      ("1040([[2, 3], 64(h'010203040506')])", "[[1,3,5],[2,4,6]]"),
      ("40([[2, 2, 2], [1, 2, 3, 4, 5, 6, 7, true]])", "[[[1,2],[3,4]],[[5,6],[7,true]]]"),
      ("1040([[2, 1, 2], [1.5, 2, 3, 4]])", "[[[1.5,3]],[[2,4]]]"),
      ("40([[3], 65(h'000100020003')])", "[1,2,3]"), ("40([[0], 64(h'')])", "[]"),
      (#"{"x": [40([[1, 1], [7]])]}"#, #"{"x":[[[7]]]}"#),
    ])
  func meanings(_ diagnostic: String, _ json: String) throws {
    let text = try Value(diagnostic: diagnostic).json()
    #expect(text.text == json)
    #expect(text.losses.isEmpty, "\(text.losses)")
    #expect(throws: Never.self) { try Value(json: text.text) }
  }

  @Test(
    "What JSON cannot hold is written as well as it goes, and said with its path",
    arguments: [
      (
        #"{1: "hi", 2: "there"}"#, #"{"1":"hi","2":"there"}"#,
        ["/1: the key was an integer", "/2: the key was an integer"]
      ),
      ("{-5: 0}", #"{"-5":0}"#, ["/-5: the key was an integer"]),
      (
        "{18446744073709551616: 0}", #"{"18446744073709551616":0}"#,
        ["/18446744073709551616: the key was an integer"]
      ),
      ("{h'fbff': 0}", #"{"-_8":0}"#, ["/-_8: the key was bytes"]),
      (
        "{true: 0, null: 1, 1.5: 2}", #"{"true":0,"null":1,"1.5":2}"#,
        ["/true: the key was a boolean", "/null: the key was null", "/1.5: the key was a float"]
      ),
      (
        "{[1]: 0, {}: 1, simple(9): 2}", #"{"[1]":0,"{}":1,"simple(9)":2}"#,
        [
          "/[1]: the key was an array", "/{}: the key was a map",
          "/simple(9): the key was a simple value",
        ]
      ),
      (#"{32("a"): 0}"#, #"{"32(\"a\")":0}"#, [#"/32("a"): the key was under tag 32"#]),
      (
        #"{1: 0, "1": [{"1": 0}]}"#, #"{"1":0,"1":[{"1":0}]}"#,
        ["/1: the key was an integer", "/1: the name stands in its object twice"]
      ),
      ("h''", #""""#, ["bytes became base64url text"]),
      (
        "[h'01', h'0102', h'010203', h'01020304']", #"["AQ","AQI","AQID","AQIDBA"]"#,
        (0...3).map { "/\($0): bytes became base64url text" }
      ),
      (
        "23([h'01af', 22(h'fbff'), {\"a\": 21(h'fbff')}])", #"["01AF","+/8=",{"a":"-_8"}]"#,
        [
          "/0: bytes became hexadecimal text", "/1: bytes became base64 text",
          "/2/a: bytes became base64url text",
        ]
      ),
      (
        "[NaN, Infinity, -Infinity]", "[null,null,null]",
        ["/0: NaN became null", "/1: Infinity became null", "/2: -Infinity became null"]
      ),
      (
        "[undefined, simple(99)]", "[null,null]",
        ["/0: undefined became null", "/1: simple(99) became null"]
      ),
      (
        "9007199254740992", "9007199254740992",
        ["an integer beyond 2^53, which most readers round"]
      ),
      (
        #"{"a/b~": -9007199254740992}"#, #"{"a/b~":-9007199254740992}"#,
        ["/a~1b~0: an integer beyond 2^53, which most readers round"]
      ),
      (
        "-18446744073709551617", "-18446744073709551617",
        ["an integer beyond 2^53, which most readers round"]
      ),
      (
        "[1(1363896240), 258([1])]", "[1363896240,[1]]",
        ["/0: tag 1 was left out", "/1: tag 258 was left out"]
      ),
      ("32(5)", "5", ["tag 32 was left out"]),
      ("37(h'00')", #""AA""#, ["tag 37 was left out", "bytes became base64url text"]),
      ("4([5])", "[5]", ["tag 4 was left out"]),
      (
        "4([1000000000000000001, 1])", "[1000000000000000001,1]",
        [
          "tag 4 was left out", "/0: an integer beyond 2^53, which most readers round",
        ]
      ),
      (
        "[4([-1, 90071992547409930]), {\"x\": 4([-400, -1])}]",
        #"[9007199254740993.0,{"x":-1e-400}]"#,
        ["/0", "/1/x"].map {
          "\($0): a number that no float of 64 bits holds, which most readers round"
        }
      ),
      (
        "1002({1: 99999999999999, -6: 999999})", "99999999999999.999999",
        ["a number that no float of 64 bits holds, which most readers round"]
      ),
      (
        "1002({4: 1})", #"{"4":1}"#, ["tag 1002 was left out", "/4: the key was an integer"]
      ),
      ("2(5)", "5", ["tag 2 was left out"]),
      ("65(h'01')", #""AQ""#, ["tag 65 was left out", "bytes became base64url text"]),
      ("83(h'')", #""""#, ["tag 83 was left out", "bytes became base64url text"]),
      (
        "[86(h'000000000000f07f000000000000f83f')]", "[[null,1.5]]",
        ["/0/0: Infinity became null"]
      ),
      (
        "40([[1, 2], 71(h'0000000000000000ffffffffffffffff')])", "[[0,18446744073709551615]]",
        ["/0/1: an integer beyond 2^53, which most readers round"]
      ),
      ("40([[2, 2], 64(h'010203')])", "[[2,2],[1,2,3]]", ["tag 40 was left out"]),
      ("40([[1000000000, 0], 64(h'')])", "[[1000000000,0],[]]", ["tag 40 was left out"]),
      ("40([[1], [\"a\"]])", #"[[1],["a"]]"#, ["tag 40 was left out"]),
    ] as [(String, String, [String])])
  func losses(_ diagnostic: String, _ json: String, _ losses: [String]) throws {
    let text = try Value(diagnostic: diagnostic).json()
    #expect(text.text == json)
    #expect(text.losses.map(\.description) == losses)
    #expect(text.lossCount == losses.count)
  }

  @Test("A shape whose arrays would outnumber its numbers is left out")
  func manyDimensions() throws {
    let ones = Array(repeating: Value.unsigned(1), count: 31)
    let shape = Value.array([.unsigned(1000)] + ones)
    let tensor = Value.tagged(40, [shape, .tagged(64, .bytes(Array(repeating: 7, count: 1000)))])
    #expect(tensor.json().losses.map(\.kind) == [.tag])
    let small = Value.tagged(40, [.array(ones + [2]), .tagged(64, .bytes([7, 8]))])
    #expect(small.json().lossCount == 0)
    #expect(
      small.json().text == String(repeating: "[", count: 32) + "7,8"
        + String(repeating: "]", count: 32))
  }

  @Test("An integer that is longer than what is read becomes text, as RFC 8949 has it")
  func hugeInteger() {
    let bytes = Array(repeating: UInt8(1), count: 1788)
    let text = Value.tagged(3, .bytes(bytes)).json()
    #expect(text.text == "\"~" + String(repeating: "AQEB", count: 596) + "\"")
    #expect(text.losses.map(\.kind) == [.precision])
  }

  @Test("Losses beyond the first hundred are counted") func manyLosses() {
    let text = Value.array(Array(repeating: .float(.nan), count: 1000)).json()
    #expect(text.losses.count == JSONText.mostLosses)
    #expect(text.lossCount == 1000)
    #expect(text.losses.last?.path == ["99"])
    #expect(text.losses.last?.kind == .nonFinite)
  }

  @Test("Whatever the value, the text is one line of JSON, and says no less without losses")
  func random() throws {
    var generator = SeededGenerator(seed: 8259)
    var lossless = 0
    for _ in 0..<2000 {
      let value = Value.random(tags: 0...300, using: &generator)
      let json = value.json()
      #expect(!json.text.unicodeScalars.contains { $0.properties.generalCategory == .control })
      let limits = DecodingLimits(allowsDuplicateKeys: true)
      let read = try Value(json: json.text, limits: limits)
      // Tags that speak for themselves are left out without a loss.
      guard json.losses.isEmpty, !value.hasTags else { continue }
      #expect(read == value)
      lossless += 1
    }
    #expect(lossless > 100)
  }
}

extension Value {
  fileprivate var hasTags: Bool {
    switch self {
    case .tagged: true
    case .array(let elements): elements.contains(where: \.hasTags)
    case .map(let entries): entries.contains { $0.value.hasTags }
    default: false
    }
  }
}
