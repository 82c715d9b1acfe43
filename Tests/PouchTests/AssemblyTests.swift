import Testing

@testable import Pouch
@testable import PouchCore

@Suite("The assembly of chunks")
struct AssemblyTests {
  private func assembly(size: UInt64?, attachments: [UInt64] = []) -> Assembly {
    Assembly(
      format: .raw, attributes: AttributesBox(Attributes(size: size, attachments: attachments)))
  }

  @Test(
    "memory follows what has arrived, and what was announced is only a bound",
    arguments: [nil, 10_000_000, 1 << 62, .max] as [UInt64?])
  func growth(_ size: UInt64?) {
    let assembly = assembly(size: size)
    let chunk = pattern(1000)
    var expected = ByteBuffer()
    for _ in 0..<10_000 {
      #expect(assembly.append(chunk))
      expected.append(chunk)
      if assembly.capacity > 4 * assembly.count {
        Issue.record("\(assembly.capacity) bytes for \(assembly.count)")
        break
      }
    }
    let whole = assembly.finish()
    #expect(whole.count == 10_000_000)
    // What was left over has been given back.
    #expect(assembly.capacity == whole.count)
    let sent = expected.freeze()
    #expect(whole == sent)
  }

  @Test(
    "the first attachment is aligned for any number", arguments: [0, 1, 7, 8, 15, 16, 17, 1001])
  func alignment(_ own: Int) throws {
    let lengths: [UInt64] = [80_000, 16, 8]
    let total = own + 80_024
    let assembly = assembly(size: UInt64(total), attachments: lengths)
    let bytes = pattern(total)
    var rest = bytes
    while !rest.isEmpty {
      #expect(assembly.append(rest.prefix(5000)))
      rest = rest.dropFirst(5000)
    }
    let whole = assembly.finish()
    #expect(whole == bytes)
    for slice in [whole.dropFirst(own), whole.dropFirst(own + 80_000)] {
      #expect(slice.withUnsafeBytes { Int(bitPattern: $0.baseAddress) } % 16 == 0)
    }
  }

  @Test("an object of one chunk, or of empty ones, is complete too")
  func small() {
    let one = assembly(size: 3)
    #expect(one.append(Bytes([1, 2, 3])))
    #expect(one.append(Bytes()))
    #expect(one.finish().array == [1, 2, 3])
    #expect(assembly(size: nil).finish().isEmpty)
  }
}
