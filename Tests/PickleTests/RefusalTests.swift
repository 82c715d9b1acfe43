import Pickle
import Testing

@Suite("Pickles that would run code")
struct RefusalTests {
  @Test(
    "Whatever is looked up by name is refused by that name",
    arguments: [
      // os.system("true") in protocols 0, 2 and 4.
      (#"cposix\nsystem\n(S'true'\ntR."#, "posix.system", 0),
      (#"\x80\x02cos\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03."#, "os.system", 2),
      (
        #"\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85\x94R\x94."#,
        "posix.system", 28
      ),
      (#"cbuiltins\neval\n(S'1'\ntR."#, "builtins.eval", 0),
      (#"c__builtin__\nexec\n."#, "__builtin__.exec", 0),
      (#"(I1\ncsubprocess\nPopen\nt."#, "subprocess.Popen", 4),
      // What protocols 0 and 1 make instances with: the class is named.
      (
        #"ccopyreg\n_reconstructor\n(c__main__\nA\nc__builtin__\nobject\nNtR."#, "__main__.A", 25
      ),
      // Members of enumerations: by value, and by name since Python 3.12.
      (#"c__main__\nColour\n(I1\ntR."#, "__main__.Colour", 0),
      (#"cbuiltins\ngetattr\n(c__main__\nColour\nVRED\ntR."#, "__main__.Colour", 19),
      (#"cbuiltins\ngetattr\n(cuuid\nUUID\nVmro\ntR."#, "builtins.getattr", 36),
      (#"cbuiltins\ngetattr\n(Va\nVupper\ntR."#, "builtins.getattr", 30),
      (#"c__main__\nThing\n)\x81}\x8c\x01aK\x01sb."#, "__main__.Thing", 0),
      // By INST, which names and calls at once.
      (#"(S'true'\nios\nsystem\n."#, "os.system", 9),
      (#"(ibuiltins\nset\n."#, "builtins.set", 1),
      // Names that only look like those of plain data.
      (#"cbuiltins\nset.__init__\n."#, "builtins.set.__init__", 0),
      (#"cbuiltins.set\nmro\n."#, "builtins.set.mro", 0),
      (#"c_codecs\ndecode\n."#, "_codecs.decode", 0),
      (#"ccodecs\nencode\n."#, "codecs.encode", 0), (#"cBuiltins\nset\n."#, "Builtins.set", 0),
      (#"cbuiltins\n set\n."#, "builtins. set", 0), (#"cbuiltins \nset\n."#, "builtins .set", 0),
      (#"c\nset\n."#, ".set", 0), (#"cbuiltins set\n\n."#, "builtins set.", 0),
      (#"ccollections\nChainMap\n)R."#, "collections.ChainMap", 0),
      (#"ccollections\nUserDict\n."#, "collections.UserDict", 0),
      (#"ccollections.abc\nOrderedDict\n."#, "collections.abc.OrderedDict", 0),
      (#"cdatetime\ndatetime.now\n."#, "datetime.datetime.now", 0),
      (#"cdatetime\ntzinfo\n."#, "datetime.tzinfo", 0),
      (#"c_datetime\ndatetime\n."#, "_datetime.datetime", 0),
      (#"czoneinfo\nZoneInfo._unpickle\n."#, "zoneinfo.ZoneInfo._unpickle", 0),
      (#"cdecimal\nContext\n."#, "decimal.Context", 0),
      (#"cuuid\nSafeUUID\n."#, "uuid.SafeUUID", 0), (#"cuuid\nuuid4\n."#, "uuid.uuid4", 0),
      (#"cpathlib\nPath\n."#, "pathlib.Path", 0),
      (#"cbuiltins\ntype\n."#, "builtins.type", 0), (#"cbuiltins\nmap\n."#, "builtins.map", 0),
      (#"cnumpy\nload\n."#, "numpy.load", 0),
      (#"cnumpy.core.multiarray\nfromstring\n."#, "numpy.core.multiarray.fromstring", 0),
      // Control characters do not reach a terminal.
      (#"cposix\x1b[2J\nsystem\x00\n."#, #"posix\u{1b}[2J.system\u{0}"#, 0),
    ])
  func globals(_ pickle: String, _ name: String, _ offset: Int) {
    for allowsNumPy in [false, true] {
      let error = failure(pickle, allowsNumPy: allowsNumPy)
      #expect(error?.code == .refused)
      #expect(error?.message == "the pickle asks for '\(name)', which would run code")
      #expect(error?.offset == offset)
    }
  }

  @Test("A name of any length is shortened")
  func longName() {
    let error = failure("c" + String(repeating: "a", count: 100_000) + "\\nb\\n.")
    #expect(error?.code == .refused)
    #expect((error?.message.count ?? 0) < 300)
  }

  @Test(
    "Opcodes that make instances or fetch what is elsewhere are refused",
    arguments: [
      (
        #"N(cbuiltins\nset\no."#,
        "the pickle makes an instance of 'builtins.set', which would run code", 16
      ),
      (
        #"(cbuiltins\nbytes\nNo."#,
        "the pickle makes an instance of 'builtins.bytes', which would run code", 18
      ),
      (
        #"cbuiltins\nset\n)\x81."#,
        "the pickle makes an instance of 'builtins.set', which would run code", 15
      ),
      (
        #"cbuiltins\nset\n)}\x92."#,
        "the pickle makes an instance of 'builtins.set', which would run code", 16
      ),
      (
        #"cdatetime\ndate\n)\x81."#,
        "the pickle makes an instance of 'datetime.date', which would run code", 16
      ),
      (
        #"cuuid\nUUID\nK\x05\x85\x81."#,
        "the pickle makes an instance of 'uuid.UUID', which would run code", 14
      ),
      (
        #"cuuid\nUUID\n)}\x92."#,
        "the pickle makes an instance of 'uuid.UUID', which would run code", 13
      ),
      (
        #"ccopyreg\n_reconstructor\n(cdecimal\nDecimal\ncbuiltins\nobject\nNtR."#,
        "the pickle makes an instance of 'decimal.Decimal', which would run code", 61
      ),
      (
        #"ccollections\nOrderedDict\n)R}b."#,
        "the pickle sets the state of a dict, which would run code", 28
      ),
      (
        #"cdecimal\nDecimal\n(V1\ntR}b."#,
        "the pickle sets the state of a decimal.Decimal, which would run code", 24
      ),
      (#"N)\x81."#, "the pickle makes an instance of None, which would run code", 2),
      (#"\x82\xf0."#, "the pickle asks for the registered extension 240, which would run code", 0),
      (
        #"\x83\x01\x02."#, "the pickle asks for the registered extension 513, which would run code",
        0
      ),
      (
        #"\x84\x01\x00\x00\x00."#,
        "the pickle asks for the registered extension 1, which would run code", 0
      ),
      (
        #"\x84\xff\xff\xff\xff."#,
        "the pickle asks for the registered extension -1, which would run code", 0
      ),
      (#"Pid 7\x07\n."#, #"the pickle asks for the persistent object 'id 7\u{7}'"#, 0),
      (#"\x8c\x02idQ."#, "the pickle asks for a persistent object by 'id'", 4),
      (#"K\x07Q."#, "the pickle asks for a persistent object by an integer", 2),
      (#"K\x07\x85Q."#, "the pickle asks for a persistent object by a tuple", 3),
      (#"\x97."#, "the pickle asks for a buffer that travels beside it", 0),
      (#"C\x00\x98."#, "the pickle asks for a buffer that travels beside it", 2),
      ("]Nb.", "the pickle sets the state of a list, which would run code", 2),
      // {'__setstate__': …} as an object with a method of its own.
      (
        #"}\x8c\x0c__setstate__cbuiltins\nset\ns}b."#,
        "the pickle sets the state of a dict, which would run code", 31
      ),
      (
        #"cbuiltins\nset\n}b."#,
        "the pickle sets the state of 'builtins.set', which would run code", 15
      ),
      (#"\xff."#, "0xff is not an opcode of plain data", 0),
      ("N?.", "0x3f is not an opcode of plain data", 1),
      (#"\x99."#, "0x99 is not an opcode of plain data", 0),
      (#"\x00."#, "0x0 is not an opcode of plain data", 0),
    ])
  func opcodes(_ pickle: String, _ message: String, _ offset: Int) {
    let error = failure(pickle, allowsNumPy: true)
    #expect(error?.code == .refused)
    #expect(error?.message == message)
    #expect(error?.offset == offset)
  }

  @Test(
    "Functions of plain data are called as plain data needs it, and not otherwise",
    arguments: [
      (#"c_codecs\nencode\n)R."#, "_codecs.encode"),
      (#"c_codecs\nencode\n(Va\ntR."#, "_codecs.encode"),
      (#"c_codecs\nencode\n(Va\nVrot13\ntR."#, "_codecs.encode"),
      (#"c_codecs\nencode\n(Va\nVutf-8\ntR."#, "_codecs.encode"),
      (#"c_codecs\nencode\n(Va\nVlatin1\nVignore\ntR."#, "_codecs.encode"),
      (#"c_codecs\nencode\n(NVlatin1\ntR."#, "_codecs.encode"),
      (#"cbuiltins\nbytes\nK\x05\x85R."#, "builtins.bytes"),
      (#"cbuiltins\nbytearray\n(Va\nVutf-8\ntR."#, "builtins.bytearray"),
      (#"cbuiltins\nbytearray\n\x8a\x05\x00\x00\x00\x00\x01\x85R."#, "builtins.bytearray"),
      (#"cbuiltins\nset\n\x8c\x02ab\x85R."#, "builtins.set"),
      (#"cbuiltins\nset\n}\x85R."#, "builtins.set"),
      (#"cbuiltins\nset\n]]\x86R."#, "builtins.set"),
      (#"cbuiltins\nfrozenset\nN\x85R."#, "builtins.frozenset"),
      (#"cbuiltins\nset\n(NNNNNNtR."#, "builtins.set"),
      (#"cbuiltins\nint\n(V5\ntR."#, "builtins.int"), (#"cbuiltins\nlist\n)R."#, "builtins.list"),
      (#"cbuiltins\nobject\n)R."#, "builtins.object"), (#"cuuid\nUUID\n(Va\ntR."#, "uuid.UUID"),
      (#"cdatetime\ndate\n(I2020\nI1\nI2\ntR."#, "datetime.date"),
      (#"cdatetime\ndatetime\n(C\x04abcdNtR."#, "datetime.datetime"),
      (#"cdatetime\ntimedelta\n)R."#, "datetime.timedelta"),
      (#"cdatetime\ntimedelta\n(F1.5\nI0\nI0\ntR."#, "datetime.timedelta"),
      (#"cdatetime\ntimezone\n(I0\ntR."#, "datetime.timezone"),
      (#"cdecimal\nDecimal\n(I1\ntR."#, "decimal.Decimal"),
      (#"cfractions\nFraction\n(F0.5\ntR."#, "fractions.Fraction"),
      (#"cbuiltins\ncomplex\n(V1j\ntR."#, "builtins.complex"),
      (#"cpathlib\nPosixPath\n(I1\ntR."#, "pathlib.PurePosixPath"),
      (#"ccollections\nOrderedDict\n(}tR."#, "collections.OrderedDict"),
      (#"ccollections\nOrderedDict\n(](I1\ntatR."#, "collections.OrderedDict"),
      (#"ccollections\ndefaultdict\n(I1\ntR."#, "collections.defaultdict"),
      (#"ccollections\ndefaultdict\n(cbuiltins\ngetattr\ntR."#, "collections.defaultdict"),
      (#"ccollections\nCounter\n(]tR."#, "collections.Counter"),
      (#"ccollections\ndeque\n()I-1\ntR."#, "collections.deque"),
    ])
  func arguments(_ pickle: String, _ name: String) {
    let error = failure(pickle)
    #expect(error?.code == .refused)
    #expect(error?.message.contains("'\(name)'") == true)
  }

  @Test("A function or class is no data")
  func functions() {
    let error = failure(#"(cbuiltins\nset\nt."#)
    #expect(error?.code == .unsupported)
    #expect(error?.message == "the pickle holds 'builtins.set', which is no data")
    #expect(failure(#"cbuiltins\nset\n."#)?.code == .unsupported)
    #expect(failure(#"}cbuiltins\nset\nNs."#)?.code == .unsupported)
  }
}
