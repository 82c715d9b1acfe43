import PouchCore
import Testing

@testable import PouchCommand

/// The books of a receiver.
@Suite struct ReceiveBookTests {
  @Test("books that do not add up are a fault of the program, which says so")
  func sum() throws {
    let book = ReceiveBook()
    for _ in 1...3 { book.begin() }
    book.store(10)
    book.lose()
    let error = #expect(throws: PouchError.self) { try book.ledger.check() }
    #expect(error?.code == .internal)
    #expect(error.map { ExitStatus($0.code) } == .unexpected)
    #expect(
      error?.message.contains("begun 3 = stored 1 + refused 0 + incomplete 1 does not hold")
        == true)
    book.lose()
    try book.ledger.check()
  }
}
