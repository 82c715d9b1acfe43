internal import CBOR

/// The machine that a pickle is a program for, reduced to what builds plain data.
struct Unpickler: ~Copyable {
  var reader: PickleReader
  var arena: Arena
  let allowsNumPy: Bool
  var stack: [Item] = []
  /// Where the stack stood when each mark was set.
  var marks: [Int] = []
  /// The last of them, below which only the mark's own opcodes reach.
  var floor = 0
  var memo = Memo()
  /// How many more bytes may be made by conversions of what the pickle holds, each of which it
  /// could ask for again and again.
  var conversions: Int

  init(_ bytes: UnsafeRawBufferPointer, limits: PickleLimits, allowsNumPy: Bool) {
    reader = PickleReader(bytes)
    arena = Arena(limit: limits.items)
    self.allowsNumPy = allowsNumPy
    conversions = Int(min(UInt64(bytes.count) * 2 + 65_536, UInt64(Int.max)))
  }

  /// Interprets the pickle up to its STOP, and returns what it built.
  mutating func run() throws(PickleError) -> Item {
    while true {
      let byte = try reader.opcode()
      guard let opcode = Opcode(rawValue: byte) else {
        throw PickleError(
          .refused, "0x\(String(byte, radix: 16)) is not an opcode of plain data",
          offset: reader.start)
      }
      switch opcode {
      case .stop: return try stop()
      case .proto: try checkProtocol(reader.uint8())
      case .frame: try reader.enterFrame(reader.number(UInt64.self))

      case .none: try push(.none)
      case .newTrue: try push(.boolean(true))
      case .newFalse: try push(.boolean(false))
      case .binInt: try push(Item(Int64(reader.number(Int32.self))))
      case .binInt1: try push(.unsigned(UInt64(reader.uint8())))
      case .binInt2: try push(.unsigned(UInt64(reader.number(UInt16.self))))
      case .binFloat: try push(.float(binaryFloat()))
      case .int: try push(integerLine())
      case .long: try push(longLine())
      case .float: try push(.float(floatLine()))
      case .long1: try push(integer(reader.take(UInt64(reader.uint8()))))
      case .long4: try push(integer(reader.take(signedLength())))

      case .shortBinUnicode: try push(text(reader.take(Int(reader.uint8()))))
      case .binUnicode: try push(text(reader.take(UInt64(reader.number(UInt32.self)))))
      case .binUnicode8: try push(text(reader.take(reader.number(UInt64.self))))
      case .unicode: try push(unicodeLine())
      case .string: try push(stringLine())
      case .shortBinString: try push(string(reader.take(Int(reader.uint8()))))
      case .binString: try push(string(reader.take(signedLength())))
      case .shortBinBytes: try push(bytes(.bytes, reader.take(Int(reader.uint8()))))
      case .binBytes: try push(bytes(.bytes, reader.take(UInt64(reader.number(UInt32.self)))))
      case .binBytes8: try push(bytes(.bytes, reader.take(reader.number(UInt64.self))))
      case .byteArray8: try push(bytes(.byteArray, reader.take(reader.number(UInt64.self))))

      case .emptyTuple: try push(Arena.emptyTuple)
      case .tuple: try makeTuple(from: popMark())
      case .tuple1: try makeTuple(from: top(1))
      case .tuple2: try makeTuple(from: top(2))
      case .tuple3: try makeTuple(from: top(3))
      case .emptyList: try pushEmpty(.list)
      case .list: try makeContainer(.list, from: popMark())
      case .append: try append(from: top(1))
      case .appends: try append(from: popMark())
      case .emptyDict: try pushEmpty(.dict)
      case .dict: try makeContainer(.dict, from: popMark())
      case .setItem: try setItems(from: top(2))
      case .setItems: try setItems(from: popMark())
      case .emptySet: try pushEmpty(.set)
      case .addItems: try addItems(from: popMark())
      case .frozenSet: try makeContainer(.frozenSet, from: popMark())

      case .mark: try setMark()
      case .pop: try popOrUnmark()
      case .popMark: stack.removeSubrange(try popMark()...)
      case .dup: try duplicate()
      case .put: try put(at: memoLine())
      case .binPut: try put(at: UInt64(reader.uint8()))
      case .longBinPut: try put(at: UInt64(reader.number(UInt32.self)))
      case .memoize: try put(at: memo.count)
      case .get: try get(memoLine())
      case .binGet: try get(UInt64(reader.uint8()))
      case .longBinGet: try get(UInt64(reader.number(UInt32.self)))

      case .global: try pushGlobal()
      case .stackGlobal: try pushStackGlobal()
      case .reduce: try reduce()
      case .build: try build()
      case .newObj: try newObject()
      case .inst, .obj, .newObjEx, .ext1, .ext2, .ext4, .persID, .binPersID, .nextBuffer,
        .readOnlyBuffer:
        throw try refusal(of: opcode)
      }
    }
  }

  func malformed(_ message: String) -> PickleError {
    PickleError(.malformed, message, offset: reader.start)
  }

  private func checkProtocol(_ version: UInt8) throws(PickleError) {
    guard version <= 5 else {
      throw PickleError(
        .unsupported, "protocol \(version); 5 is the highest known", offset: reader.start)
    }
  }

  private mutating func stop() throws(PickleError) -> Item {
    let root = try pop()
    guard stack.isEmpty, marks.isEmpty else {
      throw malformed("the pickle ends with \(stack.count) objects and \(marks.count) marks left")
    }
    try reader.checkEnd()
    return root
  }
}
