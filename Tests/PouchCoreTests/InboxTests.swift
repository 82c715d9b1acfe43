import PouchCore
import Testing

@Suite("The inbox")
struct InboxTests {
  func entry(_ length: Int, more: Bool = false) -> Entry {
    Entry(
      format: .raw, hasMore: more, attributes: nil,
      payload: Bytes([UInt8](repeating: 0, count: length)))
  }

  func at(_ offset: UInt64, size: UInt64? = nil) -> Attributes {
    var attributes = Attributes(size: size)
    attributes.offset = offset
    return attributes
  }

  @Test("objects come in order; what came before is a duplicate, a gap is fatal")
  func order() throws {
    var inbox = Inbox(largestObject: nil)
    #expect(try inbox.admit(first: 1, count: 5) == 0)
    #expect(try inbox.admit(first: 4, count: 4) == 2)
    #expect(inbox.highest == 7)
    #expect(try inbox.admit(first: 1, count: 7) == 7)
    for (first, count) in [(9, 1), (0, 1), (8, 0), (UInt64.max, 2)] as [(UInt64, UInt32)] {
      let error = #expect(throws: PouchError.self) { try inbox.admit(first: first, count: count) }
      #expect(error?.code == .badData)
    }
  }

  @Test("chunks of several objects interleave with small ones")
  func interleaving() throws {
    var inbox = Inbox(largestObject: nil)
    #expect(try inbox.admit(id: 1, entry: entry(10, more: true), attributes: nil) == .firstChunk)
    #expect(try inbox.admit(first: 2, count: 3) == 0)
    #expect(
      try inbox.admit(id: 5, entry: entry(4, more: true), attributes: Attributes(size: 4))
        == .firstChunk)
    #expect(
      try inbox.admit(id: 1, entry: entry(10, more: true), attributes: at(10))
        == .chunk(isLast: false))
    #expect(try inbox.admit(id: 5, entry: entry(0), attributes: at(4)) == .chunk(isLast: true))
    #expect(try inbox.admit(id: 1, entry: entry(1), attributes: at(20)) == .chunk(isLast: true))
    #expect(try inbox.admit(id: 1, entry: entry(1), attributes: at(21)) == .stale)
    #expect(inbox.incompleteCount == 0)
  }

  @Test("a chunk that does not continue its object is refused")
  func wrongOffset() throws {
    for offset in [0, 9, 11] as [UInt64] {
      var inbox = Inbox(largestObject: nil)
      _ = try inbox.admit(id: 1, entry: entry(10, more: true), attributes: nil)
      let error = #expect(throws: PouchError.self) {
        try inbox.admit(id: 1, entry: entry(1, more: true), attributes: at(offset))
      }
      #expect(error?.code == .badData)
    }
  }

  @Test("an object that is longer or shorter than it said is refused")
  func wrongSize() throws {
    for (length, more) in [(11, true), (2, false)] {
      var inbox = Inbox(largestObject: nil)
      _ = try inbox.admit(id: 1, entry: entry(5, more: true), attributes: Attributes(size: 10))
      let error = #expect(throws: PouchError.self) {
        try inbox.admit(id: 1, entry: entry(length, more: more), attributes: at(5))
      }
      #expect(error?.code == .badData)
    }
  }

  @Test("an object is refused as soon as it says or shows that it is too large")
  func tooLarge() throws {
    var inbox = Inbox(largestObject: 100)
    let announced = #expect(throws: PouchError.self) {
      try inbox.admit(id: 1, entry: entry(1, more: true), attributes: Attributes(size: 101))
    }
    #expect(announced?.code == .limitExceeded)
    var other = Inbox(largestObject: 100)
    _ = try other.admit(id: 1, entry: entry(60, more: true), attributes: nil)
    let shown = #expect(throws: PouchError.self) {
      try other.admit(id: 1, entry: entry(60, more: true), attributes: at(60))
    }
    #expect(shown?.code == .limitExceeded)
  }

  @Test("no more than 64 objects are incomplete at once")
  func tooMany() throws {
    var inbox = Inbox(largestObject: nil)
    for id in 1...UInt64(Inbox.mostIncomplete) {
      _ = try inbox.admit(id: id, entry: entry(1, more: true), attributes: nil)
    }
    let error = #expect(throws: PouchError.self) {
      try inbox.admit(id: 65, entry: entry(1, more: true), attributes: nil)
    }
    #expect(error?.code == .limitExceeded)
  }

  @Test("a cancelled object is forgotten, and its late chunks are dropped")
  func cancelled() throws {
    var inbox = Inbox(largestObject: nil)
    _ = try inbox.admit(id: 1, entry: entry(1, more: true), attributes: nil)
    let (first, second) = (inbox.cancel(1), inbox.cancel(1))
    #expect(first && !second)
    #expect(try inbox.admit(id: 1, entry: entry(1), attributes: at(1)) == .stale)
  }
}
