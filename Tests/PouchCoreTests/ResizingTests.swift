import PouchCore
import Testing

@Suite("A buffer that is resized")
struct ResizingTests {
  @Test("keeps what it holds, larger and smaller, and what was taken of it")
  func contents() {
    var buffer = ByteBuffer()
    let isMade = buffer.resize(to: 4)
    #expect(isMade)
    buffer.append([0, 0, 1, 2])
    buffer.discard(2)
    for capacity in [5, 100, 4 << 20, 64 << 20, 300, 4] {
      let isResized = buffer.resize(to: capacity)
      #expect(isResized)
      #expect(buffer.capacity == capacity)
      #expect(buffer.peek(0, 2).array == [1, 2])
    }
    let slice = buffer.peek(0, 2)
    let isCopied = buffer.resize(to: 1000)
    #expect(isCopied)
    buffer.append([3])
    #expect(slice.array == [1, 2])
    #expect(buffer.freeze().array == [1, 2, 3])
  }

  @Test("is as it was when there is no such memory")
  func noMemory() {
    var buffer = ByteBuffer()
    buffer.append([1, 2, 3])
    let isResized = buffer.resize(to: Int.max >> 1)
    #expect(!isResized)
    #expect(buffer.freeze().array == [1, 2, 3])
  }
}
