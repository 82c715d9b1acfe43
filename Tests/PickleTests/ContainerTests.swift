import CBOR
import Pickle
import Testing

@Suite("Containers, the stack and the memo")
struct ContainerTests {
  @Test(
    "Containers of every opcode",
    arguments: [
      ("].", "[]"), (").", "[]"), ("}.", "{}"), (#"\x8f."#, "258([])"), (#"(\x91."#, "258([])"),
      ("(l.", "[]"), ("(t.", "[]"), ("(d.", "{}"), ("](e.", "[]"), ("}(u.", "{}"),
      (#"\x8f(\x90."#, "258([])"),
      (#"]K\x01a."#, "[1]"), (#"](K\x01K\x02e."#, "[1, 2]"), (#"(K\x01K\x02l."#, "[1, 2]"),
      (#"(lK\x01aK\x02a(K\x03e."#, "[1, 2, 3]"),
      (#"(K\x01t."#, "[1]"), (#"K\x01\x85."#, "[1]"), (#"K\x01K\x02\x86."#, "[1, 2]"),
      (#"K\x01K\x02K\x03\x87."#, "[1, 2, 3]"), (#"N)\x86."#, "[null, []]"),
      (#"}K\x01Ns."#, "{1: null}"), (#"}(K\x01NK\x02Nu."#, "{1: null, 2: null}"),
      (#"(K\x01NK\x02Nd."#, "{1: null, 2: null}"), (#"(K\x01NdK\x02Ns."#, "{1: null, 2: null}"),
      (#"\x8f(K\x01K\x02\x90."#, "258([1, 2])"), (#"(K\x01K\x02\x91."#, "258([1, 2])"),
      (#"\x8f(K\x02\x90(K\x01\x90."#, "258([2, 1])"),
      (#"c__builtin__\nset\n(](K\x01K\x02etR."#, "258([1, 2])"),
      (#"cbuiltins\nfrozenset\n]K\x01a\x85R."#, "258([1])"), (#"cbuiltins\nset\n)R."#, "258([])"),
      // Containers as keys and elements.
      (#"}K\x01K\x02\x86Ns."#, "{[1, 2]: null}"), (#"}(K\x01\x91Ns."#, "{258([1]): null}"),
      (#"\x8f((K\x01\x91)\x90."#, "258([258([1]), []])"),
    ])
  func containers(_ pickle: String, _ expected: String) throws {
    #expect(try decoded(pickle) == expected)
  }

  @Test(
    "The stack and its marks",
    arguments: [
      (#"NK\x010."#, "null"), (#"N(K\x01K\x021."#, "null"), ("N(0.", "null"), ("N(00N.", "null"),
      (#"]K\x012a0K\x02."#, nil), (#"K\x01\x85(2lK\x01."#, nil),
      (#"](K\x012e."#, "[1, 1]"), (#"K\x012\x86."#, "[1, 1]"), (#"((K\x01tK\x02t."#, "[[1], 2]"),
    ])
  func stack(_ pickle: String, _ expected: String?) throws {
    guard let expected else {
      #expect(failure(pickle)?.code == .malformed)
      return
    }
    #expect(try decoded(pickle) == expected)
  }

  @Test(
    "What is put into the memo comes back by every opcode",
    arguments: [
      #"(K\x07p0\ng0\nt."#, #"(K\x07q\x00h\x00t."#, #"(K\x07r\x00\x00\x00\x00j\x00\x00\x00\x00t."#,
      #"(K\x07\x94h\x00t."#, #"(K\x07p300\ng300\nt."#, #"(K\x07q\xffg255\nt."#,
      #"(K\x07r\xff\xff\xff\xffj\xff\xff\xff\xfft."#,
      #"(K\x07p999999999999999999\ng999999999999999999\nt."#,
      // The last that was put counts.
      #"(K\x01q\x05q\x000K\x07q\x00h\x00t."#, #"(K\x01q\x050K\x07q\x05h\x05t."#,
      // MEMOIZE takes the number of entries, whatever their own numbers are.
      #"(K\x07q\x05\x94h\x01t."#, #"(K\x01q\x010K\x07\x94h\x01t."#,
    ])
  func memo(_ pickle: String) throws {
    #expect(try decoded(pickle) == "[7, 7]")
  }

  @Test("A container that is put aside before it is filled is filled everywhere")
  func sharedBeforeFilled() throws {
    // x = []; [x, x], with x filled between, and after the second reference.
    #expect(try decoded(#"(]q\x00K\x01ah\x00t."#) == "[[1], [1]]")
    #expect(try decoded(#"(]q\x00h\x00(K\x01K\x02et."#) == "[[1, 2], [1, 2]]")
    #expect(try decoded(#"(}q\x00h\x00K\x01K\x02st."#) == "[{1: 2}, {1: 2}]")
    #expect(try decoded(#"(\x8fq\x00h\x00(K\x01\x90t."#) == "[258([1]), 258([1])]")
    #expect(try decoded(#"(]2K\x05at."#) == "[[5], [5]]")
    // The list grows after it has been put into another, in turns with that.
    #expect(
      try decoded(#"]q\x00]q\x01ah\x01K\x01a0K\x02ah\x01K\x03a0K\x04a."#)
        == "[[1, 3], 2, 4]"
    )
  }

  @Test("A set of a list's elements keeps those that the list had")
  func setOfList() throws {
    #expect(
      try decoded(#"(]q\x00K\x01acbuiltins\nset\nh\x00\x85Rh\x00K\x02at."#)
        == "[[1, 2], 258([1]), [1, 2]]")
    // An element that both have is shared.
    #expect(
      try decoded(#"(]q\x00K\x05\x85acbuiltins\nfrozenset\nh\x00\x85Rt."#)
        == "[[[5]], 258([[5]])]")
  }

  @Test(
    "What holds itself is refused",
    arguments: [
      (#"]q\x00h\x00a."#, "a list"), (#"}q\x00K\x01h\x00s."#, "a dict"),
      (#"]q\x00]h\x00aa."#, "a list"), (#"]2a."#, "a list"),
      // t = ([],); t[0].append(t), as the pickler writes it.
      (#"]q\x00h\x00\x85q\x01a0h\x01."#, "a tuple"), (#"]q\x00(K\x01h\x00ta."#, "a list"),
    ])
  func cycles(_ pickle: String, _ name: String) {
    let error = failure(pickle)
    #expect(error?.code == .unsupported)
    #expect(error?.message == "\(name) that holds itself")
  }

  @Test("What is not reachable in the end may hold itself")
  func unreachableCycle() throws {
    #expect(try decoded(#"]q\x00h\x00a0N."#) == "null")
  }

  @Test(
    "A stack that does not hold what an opcode needs is malformed",
    arguments: [
      ".", "0.", "2.", "1.", "t.", "l.", "d.", "e.", "u.", "a.", "s.", #"\x85."#, #"N\x86."#,
      #"NN\x87."#, "Na.", "NNa.", "]NNe.", "]NNs.", "(].", "((t.", "(", "(e.", "(u.", #"(\x90."#,
      #"\x8f\x90."#, #"N(\x90."#, "N(e.", "N(u.", "](u.", "}(e.", #"](\x90."#, "}(Nu.", "(Nd.",
      "](Na.", "N(2.", #"(q\x00."#, "R.", "NR.", "b.", "Nb.", #"\x93."#, #"N\x93."#, "NN.",
      #"q\x00."#, #"\x94."#, #"h\x00."#, #"g0\n."#, #"j\x00\x00\x00\x00."#, #"Nq\x00h\x01."#,
      #"Np\n."#, #"Np-1\n."#, #"Np 0\n."#, #"Np0x\n."#, #"g1e3\n."#, #"Np9999999999999999999\n."#,
      #"NN\x93."#, #"\x8c\x01aN\x93."#, "NNR.", "N)R.", #"cbuiltins\nset\nNR."#,
      #"cbuiltins\nset\n]R."#, "(0(N",
    ])
  func underflow(_ pickle: String) {
    let code = failure(pickle)?.code
    #expect(code == .malformed || code == .truncated)
  }

  @Test(
    "Keys and elements that Python cannot hash are refused",
    arguments: [
      ("}]Ns.", "a list", 3), ("}}Ns.", "a dict", 3), (#"}\x8fNs."#, "a set", 3),
      ("}(]Nu.", "a list", 4), ("(]Nd.", "a list", 3), (#"\x8f(]\x90."#, "a list", 3),
      (#"(}\x91."#, "a dict", 2), (#"}]\x85Ns."#, "a tuple", 4), (#"}N]\x86\x85Ns."#, "a tuple", 6),
      (#"}\x96\x00\x00\x00\x00\x00\x00\x00\x00Ns."#, "a bytearray", 11),
      (#"cbuiltins\nset\n(](]etR."#, "a list", 20),
    ])
  func unhashable(_ pickle: String, _ name: String, _ offset: Int) {
    let error = failure(pickle)
    #expect(error?.code == .malformed)
    #expect(error?.message.hasPrefix(name) == true)
    #expect(error?.message.hasSuffix("which Python cannot hash") == true)
    #expect(error?.offset == offset)
  }

  @Test("Objects and marks that are left at the end are refused")
  func leftovers() {
    #expect(failure("NN.")?.message == "the pickle ends with 1 objects and 0 marks left")
    #expect(failure("(N.")?.message == "the pickle ends with 0 objects and 1 marks left")
  }
}
