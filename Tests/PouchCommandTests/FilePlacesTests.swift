import PouchCore
import Testing

@testable import PouchCommand

@Suite("Files of objects that are not whole") struct FilePlacesTests {
  private final class Connection {}

  @Test("are a quarter of all for one peer, and the others find places")
  func shares() {
    var books = FilePlaces.Books(total: 400)
    let greedy = (0..<4).map { _ in Connection() }
    for number in 0..<100 {
      #expect(books.take(ObjectIdentifier(greedy[number % 4]), from: .name("a")) == .granted)
    }
    #expect(books.take(ObjectIdentifier(greedy[0]), from: .name("a")) == .never)
    // A connection that holds none holds up nothing when it waits.
    let fifth = Connection()
    #expect(books.take(ObjectIdentifier(fifth), from: .name("a")) == .later)
    let other = Connection()
    #expect(books.take(ObjectIdentifier(other), from: .name("b")) == .granted)
    books.giveBack(ObjectIdentifier(greedy[1]), from: .name("a"))
    #expect(books.take(ObjectIdentifier(fifth), from: .name("a")) == .granted)
  }

  @Test("are bounded in all, and come back")
  func total() {
    var books = FilePlaces.Books(total: 100)
    let connections = (0..<101).map { _ in Connection() }
    for number in 0..<100 {
      let place = books.take(ObjectIdentifier(connections[number]), from: .name("\(number)"))
      #expect(place == .granted)
    }
    #expect(books.take(ObjectIdentifier(connections[100]), from: .name("x")) == .later)
    #expect(books.take(ObjectIdentifier(connections[0]), from: .name("0")) == .never)
    for number in 0..<100 {
      books.giveBack(ObjectIdentifier(connections[number]), from: .name("\(number)"))
    }
    for _ in 0..<64 {
      #expect(books.take(ObjectIdentifier(connections[0]), from: .name("0")) == .granted)
    }
    #expect(books.take(ObjectIdentifier(connections[0]), from: .name("0")) == .never)
  }
}
