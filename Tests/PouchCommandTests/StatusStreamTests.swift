import Foundation
import Testing

@testable import PouchCommand

@Suite("Lines about what happens", .timeLimit(.minutes(1))) struct StatusStreamTests {
  /// A pipe whose reader comes when it is asked to.
  private final class Pipe: Sendable {
    let input: Int32
    private let output: Int32

    init() throws {
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      (output, input) = (ends[0], ends[1])
    }

    /// Leaves no room for a byte.
    func fill() throws {
      let flags = fcntl(input, F_GETFL)
      try #require(fcntl(input, F_SETFL, flags | O_NONBLOCK) == 0)
      while write(input, "\n", 1) == 1 {}
      try #require(errno == EAGAIN)
      try #require(fcntl(input, F_SETFL, flags) == 0)
    }

    /// Reads lines until one is the last word.
    func lines(until word: String) async -> [String] {
      await withCheckedContinuation { continuation in
        let thread = Thread {
          var text = [UInt8]()
          var room = [UInt8](repeating: 0, count: 65536)
          let end = Array("\(word)\n".utf8)
          while !text.suffix(end.count).elementsEqual(end) {
            let count = read(self.output, &room, room.count)
            guard count > 0 else { break }
            text += room.prefix(count)
          }
          let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
          continuation.resume(returning: lines)
        }
        thread.start()
      }
    }

    deinit {
      close(input)
      close(output)
    }
  }

  private func line(_ text: String) -> StatusStream.Line {
    StatusStream.Line(text: text + "\n") { "lost \($0.count)\n" }
  }

  /// A line of some kibibytes, so that few of them fill a pipe.
  private func long(_ number: Int) -> StatusStream.Line {
    line("\(number) " + String(repeating: "x", count: 4000))
  }

  /// How many lines each of those that were read stands for, and the numbers of the others.
  private func books(_ lines: [String]) -> (numbers: [Int], lost: UInt64) {
    var lost: UInt64 = 0
    var numbers: [Int] = []
    for line in lines {
      let words = line.split(separator: " ")
      if words.first == "lost" {
        lost += words.last.flatMap { UInt64($0) } ?? 0
      } else if let number = words.first.flatMap({ Int($0) }) {
        numbers.append(number)
      }
    }
    return (numbers, lost)
  }

  @Test("wait for no reader: what there is no room for is counted, and told in its place")
  func full() async throws {
    let pipe = try Pipe()
    try pipe.fill()
    let stream = StatusStream(pipe.input)
    // Comes back from each.
    for number in 1...1000 { stream.add(long(number)) }
    let loss = try #require(stream.loss)
    guard case .full = loss.reason else {
      Issue.record("the reason is \(loss.reason)")
      return
    }
    stream.add(line("end"), .last)
    let lines = await pipe.lines(until: "end")
    let (numbers, lost) = books(lines)
    #expect(numbers == Array(1...numbers.count))
    #expect(lost == loss.count)
    #expect(numbers.count + Int(lost) == 1000)
    // Behind the lines that were taken, and before what was said later.
    #expect(lines.suffix(2) == ["lost \(lost)", "end"])
    await stream.drain()
    stream.add(line("more"), .last)
    #expect(await pipe.lines(until: "more") == ["more"])
  }

  @Test("that are answers wait for room, and are never dropped")
  func answers() async throws {
    let pipe = try Pipe()
    try pipe.fill()
    let stream = StatusStream(pipe.input)
    while stream.loss == nil { stream.add(long(0)) }
    let before = stream.loss?.count
    let written = Counted()
    await withTaskGroup(of: Void.self) { group in
      for number in 1...100 {
        let line = long(number)
        group.addTask {
          await stream.addWaiting(line)
          written.add(1)
        }
      }
      // Nobody has read yet.
      #expect(written.value == 0)
      group.addTask {
        var numbers: Set<Int> = []
        while numbers.count < 100 {
          numbers.formUnion(self.books(await pipe.lines(until: "x")).numbers)
        }
      }
    }
    #expect(stream.loss?.count == before)
  }

  @Test("that wait for room and are cancelled are counted")
  func cancelled() async throws {
    let pipe = try Pipe()
    try pipe.fill()
    let stream = StatusStream(pipe.input)
    while stream.loss == nil { stream.add(long(0)) }
    let line = long(0)
    let before = stream.loss?.count ?? 0
    let waiting = Task { await stream.addWaiting(line) }
    waiting.cancel()
    await waiting.value
    #expect(stream.loss?.count == before + 1)
  }

  @Test("that nobody can write are counted, and told as soon as somebody can")
  func failing() async throws {
    let full = open("/dev/full", O_WRONLY)
    try #require(full >= 0)
    defer { close(full) }
    let stream = StatusStream(full)
    for number in 1...10 { stream.add(line("\(number)")) }
    await stream.drain()
    #expect(stream.loss?.count == 10)
    let pipe = try Pipe()
    try #require(dup2(pipe.input, full) == full)
    stream.add(line("end"))
    #expect(await pipe.lines(until: "end") == ["lost 10", "end"])
  }
}
