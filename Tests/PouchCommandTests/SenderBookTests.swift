import PouchCore
import Testing

@testable import Pouch
@testable import PouchCommand

@Suite("The books of a sending command") struct SenderBookTests {
  @Test("fail the program when their sum does not hold")
  func sum() throws {
    var summary = SenderSummary()
    summary.accepted = 10
    summary.acknowledged = 4
    summary.refused = 3
    summary.undelivered = 2
    let console = Console(command: "test", style: Console.Style())
    let error = #expect(throws: PouchError.self) { try summary.check() }
    #expect(error?.code == .internal)
    #expect(console.check(summary, .success) == .unexpected)
    #expect(console.check(summary, .objectsFailed) == .unexpected)
    summary.inFlight = 1
    try summary.check()
    #expect(console.check(summary, .objectsFailed) == .objectsFailed)
    #expect(console.check(nil, .success) == .success)
  }

  @Test("tell what the receiver refused from what failed here")
  func figures() {
    let book = SendBook()
    for _ in 0..<6 { book.begin() }
    book.deliver(100)
    book.deliver(23)
    book.refuse("a", PouchError(.rejected, "the receiver refused the object"))
    book.refuse("b", PouchError(.badData, "'b' changed while it was read"))
    book.refuse("c", PouchError(.badData, "'c' changed while it was read"))
    #expect(book.figures == SendBook.Figures(delivered: 2, bytes: 123, failed: 2))
    #expect(book.error?.code == .objectsFailed)
    #expect(book.error?.message == "3 of 6 objects failed")
  }
}
