import CBOR
import Pickle
import Testing

/// Pickles as NumPy writes them, and others that only pretend to be. `DifferentialTests` reads
/// those of every type, order and protocol, where there is a NumPy.
@Suite("NumPy's arrays and scalars")
struct NumPyTests {
  /// `dtype(code)` with a state that has a byte order.
  private func dtype(_ code: String, _ order: String = "<") -> String {
    #"cnumpy\ndtype\n(V\#(code)\nI00\nI01\ntR(K\x03V\#(order)\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"#
  }

  private let shell = #"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tC\x01btR"#

  /// An array with a shape, a type, and bytes.
  private func array(
    _ shape: String, _ type: String, _ bytes: String, fortran: String = "I00\\n"
  ) -> String {
    let count = hex([UInt8(pickle(bytes).count)])
    return shell + #"(K\x01(\#(shape)t\#(type)\#(fortran)C\x\#(count)\#(bytes)tb"#
  }

  private func read(_ pickle: String) throws -> String {
    try decoded(pickle + ".", allowsNumPy: true)
  }

  private func error(_ pickle: String) -> PickleError? { failure(pickle + ".", allowsNumPy: true) }

  @Test("One dimension is a typed array, others are tag 40") func shapes() throws {
    let type = dtype("i2")
    #expect(try read(array(#"K\x02"#, type, #"\x01\x00\x02\x00"#)) == "77(h'01000200')")
    #expect(
      try read(array(#"K\x01K\x02"#, type, #"\x01\x00\x02\x00"#))
        == "40([[1, 2], 77(h'01000200')])")
    #expect(try read(array("", type, #"\x01\x00"#)) == "40([[], 77(h'0100')])")
    #expect(try read(array(#"K\x00"#, type, "")) == "77(h'')")
    #expect(try read(array(#"K\x00K\x05"#, type, "")) == "40([[0, 5], 77(h'')])")
  }

  @Test(
    "Types and byte orders have their tags",
    arguments: [
      ("u1", "|", 64), ("i1", "|", 72), ("u2", "<", 69), ("u2", ">", 65), ("u4", "<", 70),
      ("u4", ">", 66), ("u8", "<", 71), ("u8", ">", 67), ("i2", ">", 73), ("i4", "<", 78),
      ("i4", ">", 74), ("i8", "<", 79), ("i8", ">", 75), ("f2", "<", 84), ("f2", ">", 80),
      ("f4", "<", 85), ("f4", ">", 81), ("f8", "<", 86), ("f8", ">", 82),
    ])
  func tags(_ code: String, _ order: String, _ tag: Int) throws {
    let size = Int(String(code.suffix(1))) ?? 0
    let bytes = String(repeating: #"\x07"#, count: size)
    #expect(
      try read(array(#"K\x01"#, dtype(code, order), bytes))
        == "\(tag)(h'\(String(repeating: "07", count: size))')")
  }

  @Test("Booleans are an ordinary array") func booleans() throws {
    let type = dtype("b1", "|")
    #expect(try read(array(#"K\x02"#, type, #"\x01\x00"#)) == "[true, false]")
    #expect(
      try read(array(#"K\x02K\x01"#, type, #"\x01\x00"#)) == "40([[2, 1], [true, false]])")
  }

  @Test("Arrays in Fortran's order are turned into C's") func fortran() throws {
    #expect(
      try read(
        array(#"K\x02K\x03"#, dtype("u1", "|"), #"\x01\x04\x02\x05\x03\x06"#, fortran: "I01\\n"))
        == "40([[2, 3], 64(h'010203040506')])")
    #expect(
      try read(
        array(
          #"K\x02K\x01K\x02"#, dtype("u2", ">"), #"\x00\x01\x00\x03\x00\x02\x00\x04"#,
          fortran: "K\\x01"))
        == "40([[2, 1, 2], 65(h'0001000200030004')])")
  }

  @Test("Buffers of protocol 5 are read in every order") func buffers() throws {
    func fromBuffer(_ shape: String, _ order: String) -> String {
      #"cnumpy.core.numeric\n_frombuffer\n(\x96\x06\x00\x00\x00\x00\x00\x00\x00abcdef"#
        + dtype("u1", "|") + shape + order + "tR"
    }
    #expect(try read(fromBuffer(#"K\x06\x85"#, "VC\\n")) == "64(h'616263646566')")
    #expect(
      try read(fromBuffer(#"K\x02K\x03\x86"#, "VC\\n")) == "40([[2, 3], 64(h'616263646566')])")
    #expect(
      try read(fromBuffer(#"K\x02K\x03\x86"#, "VF\\n")) == "40([[2, 3], 64(h'616365626466')])")
    #expect(
      try read(fromBuffer(#"K\x02K\x03\x86"#, #"VK\nK\x01K\x00\x86"#))
        == "40([[3, 2], 64(h'616462656366')])")
    for order in [
      "VA\\n", "VK\\n", "N", #"VK\nK\x00K\x00\x86"#, #"VK\nK\x00\x85"#, #"VK\nK\x00K\x02\x86"#,
      #"VC\nK\x00K\x01\x86"#, #"VK\nN"#,
    ] {
      #expect(error(fromBuffer(#"K\x02K\x03\x86"#, order))?.code == .refused)
    }
    #expect(error(fromBuffer(#"K\x02K\x04\x86"#, "VC\\n"))?.code == .malformed)
  }

  @Test("Scalars are numbers, and can be keys") func scalars() throws {
    func scalar(_ type: String, _ bytes: String) -> String {
      let count = hex([UInt8(pickle(bytes).count)])
      return #"cnumpy.core.multiarray\nscalar\n("# + type + #"C\x\#(count)\#(bytes)tR"#
    }
    #expect(try read(scalar(dtype("f4"), #"\x00\x00\xc0\x3f"#)) == "1.5")
    #expect(try read(scalar(dtype("f2", ">"), #"\x3e\x00"#)) == "1.5")
    #expect(try read(scalar(dtype("i8", ">"), #"\xff\xff\xff\xff\xff\xff\xff\xfe"#)) == "-2")
    #expect(
      try read(scalar(dtype("u8"), #"\xff\xff\xff\xff\xff\xff\xff\xff"#)) == "18446744073709551615")
    #expect(try read(scalar(dtype("i1", "|"), #"\x80"#)) == "-128")
    #expect(try read(scalar(dtype("b1", "|"), #"\x01"#)) == "true")
    #expect(try read("}" + scalar(dtype("u1", "|"), #"\x05"#) + "Ns") == "{5: null}")
    #expect(error(scalar(dtype("f4"), #"\x00\x00\xc0"#))?.code == .malformed)
    #expect(error(scalar(dtype("f4"), ""))?.code == .malformed)
  }

  @Test("Arrays of Python 2 have strings for their bytes") func pythonTwo() throws {
    let array =
      #"cnumpy.core.multiarray\n_reconstruct\np1\n(cnumpy\nndarray\np2\n(I0\ntp3\nS'b'\np4\ntp5\nRp6\n(I1\n(I2\ntp7\ncnumpy\ndtype\np8\n(S'f8'\np9\nI0\nI1\ntp10\nRp11\n(I3\nS'<'\np12\nNNNI-1\nI-1\nI0\ntp13\nbI00\nS'\\x00\\x00\\x00\\x00\\x00\\x00\\xf0?\\x00\\x00\\x00\\x00\\x00\\x00\\x00@'\np14\ntp15\nb"#
    #expect(try read(array) == "86(h'000000000000f03f0000000000000040')")
  }

  @Test("An array is filled wherever it has been put before") func shared() throws {
    let type = dtype("u1", "|")
    #expect(
      try read("(" + shell + #"q\x01h\x01(K\x01(K\x01t"# + type + #"I00\nC\x01\x07tbt"#)
        == "[64(h'07'), 64(h'07')]")
    // One type for two arrays.
    let second = shell + #"(K\x01(K\x01th\x09I00\nC\x01\x08tb"#
    #expect(
      try read("(" + array(#"K\x01"#, type + #"q\x09"#, #"\x07"#) + second + "t")
        == "[64(h'07'), 64(h'08')]")
  }

  @Test(
    "Types without a counterpart are refused by name",
    arguments: [
      "O8", "S3", "U2", "V3", "M8", "m8", "c8", "c16", "f16", "i3", "i16", "b2", "f1", "",
      "float64", "<f8", "u1,u1",
    ])
  func types(_ code: String) {
    let error = error(array(#"K\x01"#, dtype(code), ""))
    #expect(error?.code == .unsupported)
    #expect(error?.message == "NumPy's type '\(code)' has no counterpart")
  }

  @Test("Shapes that are not of the bytes that are there are malformed") func sizes() {
    let type = dtype("i2")
    for (shape, bytes) in [
      (#"K\x02"#, #"\x01\x00"#), (#"K\x01"#, #"\x01\x00\x02\x00"#), (#"K\x01"#, #"\x01"#),
      ("", ""), (#"K\x00"#, #"\x01\x00"#), (#"K\x02K\x02"#, #"\x01\x00\x02\x00"#),
      (#"J\xff\xff\xff\xff"#, #"\x01\x00"#), (#"J\xff\xff\xff\xffJ\xff\xff\xff\xff"#, #"\x01\x00"#),
      // 2^63 elements; 2^32 × 2^32 + 1 of them, which is 1 in 64 bits; and 2^62, times two bytes.
      (#"L9223372036854775808L\n"#, #"\x01\x00"#),
      (#"L4294967296L\nL4294967296L\n"#, ""), (#"L4611686018427387904L\n"#, ""),
      (#"L6700417L\nL641L\nL4294967297L\n"#, #"\x01\x00"#),
      (#"G\x3f\xf0\x00\x00\x00\x00\x00\x00"#, #"\x01\x00"#), (#"\x88"#, #"\x01\x00"#),
      // More dimensions than NumPy has.
      (String(repeating: #"K\x01"#, count: 65), #"\x01\x00"#),
    ] {
      #expect(error(array(shape, type, bytes))?.code == .malformed)
      #expect(error(array(shape, type, bytes, fortran: "I01\\n"))?.code == .malformed)
    }
    #expect(error(array(String(repeating: #"K\x01"#, count: 64), type, #"\x01\x00"#)) == nil)
  }

  @Test(
    "States that NumPy does not write are refused",
    arguments: [
      // Of types: another version, order or size; names, fields; not a tuple; none at all.
      (#"K\x04V<\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"#),
      (#"K\x03V=\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"#),
      (#"K\x03V|\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"#),
      (#"K\x03NNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"#),
      (#"K\x03V<\nNNNK\x03J\xff\xff\xff\xffK\x00"#),
      (#"K\x03V<\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3f"#),
      (#"K\x03V<\n)NNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"#),
      (#"K\x03V<\nNN}J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"#),
      (#"K\x03V<\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00N"#), "",
    ])
  func typeStates(_ state: String) {
    let type = #"cnumpy\ndtype\n(Vi2\nI00\nI01\ntR("# + state + "tb"
    #expect(error(array(#"K\x00"#, type, ""))?.code == .malformed)
  }

  @Test("An array or a type that is not finished is malformed") func unfinished() {
    #expect(error(shell)?.code == .malformed)
    #expect(error("(" + shell + "t")?.code == .malformed)
    let type = #"cnumpy\ndtype\n(Vi2\nI00\nI01\ntR"#
    #expect(error(array(#"K\x00"#, type, ""))?.code == .malformed)
    #expect(error(type)?.code == .unsupported)
    #expect(error(dtype("i2"))?.message == "the pickle holds a NumPy type, which is no data")
    // A state twice, or of something else.
    let state = #"(K\x01(K\x00t"# + dtype("u1", "|") + #"I00\nC\x00tb"#
    #expect(error(shell + state) == nil)
    #expect(error(shell + state + state)?.code == .malformed)
    #expect(error(shell + "Nb")?.code == .malformed)
    #expect(error(shell + #"(K\x01(K\x00t]I00\nC\x00tb"#)?.code == .malformed)
    #expect(
      error(shell + #"(K\x02(K\x00t"# + dtype("u1", "|") + #"I00\nC\x00tb"#)?.code == .malformed)
    #expect(error(shell + #"(K\x01(K\x00t"# + dtype("u1", "|") + #"I00\n]tb"#)?.code == .malformed)
  }

  @Test("Arrays are no keys") func unhashable() {
    let array = array(#"K\x01"#, dtype("u1", "|"), #"\x07"#)
    #expect(
      error("}" + array + "Ns")?.message == "a NumPy array as a key, which Python cannot hash")
  }

  @Test(
    "Functions of NumPy's are called as its pickles do, and not otherwise",
    arguments: [
      #"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\n(K\x00tC\x01btR"#,
      #"cnumpy.core.multiarray\n_reconstruct\n(cbuiltins\nset\n(K\x00tC\x01btR"#,
      #"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x05tC\x01btR"#,
      #"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tC\x02f8tR"#,
      #"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00C\x01btR"#,
      #"cnumpy\nndarray\n(K\x05\x85tR"#, #"cnumpy\ndtype\n(Vf8\ntR"#,
      #"cnumpy\ndtype\n(]I00\nI01\ntR"#,
      #"cnumpy\ndtype\n(Vf8\nK\x02K\x03tR"#, #"cnumpy\ndtype\n(Vf8\nI00\nI00\ntR"#,
      #"cnumpy\ndtype\n(Vf8\nI01\nI01\ntR"#, #"cnumpy.core.multiarray\nscalar\n(NC\x00tR"#,
      #"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\nC\x00tR"#,
      #"cnumpy.core.numeric\n_frombuffer\n)R"#,
    ])
  func arguments(_ pickle: String) {
    #expect(error(pickle)?.code == .refused)
  }

  @Test("What would run code is refused inside of NumPy's calls, too") func nested() {
    for (pickle, name) in [
      (#"cnumpy.core.multiarray\n_reconstruct\n(cposix\nsystem\n(K\x00tC\x01btR"#, "posix.system"),
      (
        #"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(cos\nsystem\nVid\n\x85RtC\x01btR"#,
        "os.system"
      ),
      (#"cnumpy\nmemmap\n"#, "numpy.memmap"), (#"cnumpy\nmatrix\n"#, "numpy.matrix"),
      (#"cnumpy.core._internal\n_ctypes\n"#, "numpy.core._internal._ctypes"),
      (#"cnumpy.testing._private.utils\nrunstring\n"#, "numpy.testing._private.utils.runstring"),
    ] {
      let error = error(pickle)
      #expect(error?.code == .refused)
      #expect(error?.message == "the pickle asks for '\(name)', which would run code")
    }
  }

  @Test("None of it is read unless it is asked for")
  func notAsked() {
    let pickle = array(#"K\x01"#, dtype("u1", "|"), #"\x07"#) + "."
    let error = failure(pickle)
    #expect(error?.code == .refused)
    #expect(
      error?.message
        == "the pickle asks for 'numpy._core.multiarray._reconstruct', which is read only where"
        + " NumPy's arrays are allowed")
    #expect(error?.offset == 0)
  }
}
