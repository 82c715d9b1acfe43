import PouchCore
import Testing

@testable import PouchSockets

@Suite("The table of a loop's sockets")
struct SocketTableTests {
  @Test("gives an event of a closed socket to nobody, and not to who has its slot now")
  func generations() throws {
    let loop = try EventLoop()
    let (one, other) = try (open(loop), open(loop))
    var table = SocketTable()
    let first = table.insert(one)
    #expect(table[first] === one)
    table.remove(first)
    #expect(table[first] == nil)
    let second = table.insert(other)
    #expect(UInt32(truncatingIfNeeded: first) == UInt32(truncatingIfNeeded: second), "one slot")
    #expect(table[first] == nil)
    #expect(table[second] === other)
    table.remove(first)
    #expect(table[second] === other)
    #expect(table[.max] == nil)
    one.close()
    other.close()
  }

  private func open(_ loop: EventLoop) throws -> Socket {
    try Socket(adopting: RawListener().descriptor, loop: loop)
  }
}

@Suite("The size of a read")
struct ReadSizeTests {
  @Test("grows while reads fill it, shrinks while they do not, and stays within bounds")
  func adapts() {
    var size = ReadSize.smallest
    for _ in 0..<10 { size = ReadSize.next(after: size, room: size, received: size) }
    #expect(size == ReadSize.largest)
    #expect(ReadSize.next(after: size, room: size, received: size / 2) == size)
    for _ in 0..<10 { size = ReadSize.next(after: size, room: size, received: 64) }
    #expect(size == ReadSize.smallest)
  }
}
