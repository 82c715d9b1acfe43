internal import CBOR

extension Unpickler {
  func refused(_ message: String) -> PickleError {
    PickleError(.refused, message, offset: reader.start)
  }

  /// Why an opcode that makes instances, or fetches what is elsewhere, is not followed.
  mutating func refusal(of opcode: Opcode) throws(PickleError) -> PickleError {
    switch opcode {
    case .inst:
      let (module, name) = try globalLines()
      return asksFor(module, name)
    case .obj:
      let start = try popMark()
      guard start < stack.count else { return malformed("an instance of nothing") }
      return makesInstance(of: stack[start])
    case .newObjEx: return makesInstance(of: stack[try top(3)])
    case .ext1: return asksForExtension(try Int64(reader.uint8()))
    case .ext2: return asksForExtension(try Int64(reader.number(UInt16.self)))
    case .ext4: return asksForExtension(try Int64(reader.number(Int32.self)))
    case .persID:
      let id = Name.shown(try reader.line())
      return refused("the pickle asks for the persistent object '\(id)'")
    case .binPersID:
      let id = try pop()
      let name = arena.text(id).map { "'\(Name.shown($0))'" } ?? arena.name(of: id)
      return refused("the pickle asks for a persistent object by \(name)")
    default: return refused("the pickle asks for a buffer that travels beside it")
    }
  }

  func unsupported(_ message: String) -> PickleError {
    PickleError(.unsupported, message, offset: reader.start)
  }

  func asksFor(_ module: String, _ name: String) -> PickleError {
    let shown = Name.shown("\(module).\(name)")
    return refused("the pickle asks for '\(shown)', which would run code")
  }

  func makesInstance(of item: Item) -> PickleError {
    refused("the pickle makes an instance of \(arena.name(of: item)), which would run code")
  }

  private func asksForExtension(_ code: Int64) -> PickleError {
    refused("the pickle asks for the registered extension \(code), which would run code")
  }
}
