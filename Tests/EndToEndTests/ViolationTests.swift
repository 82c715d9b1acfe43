import Foundation
import Testing

/// The executables, and a second peer in plain Python that was written from the diagrams, tables and
/// traces of docs/wire.md alone. It holds a table of violations, each with the reaction that the page
/// demands, and plays it.
@Suite(
  .enabled(if: Program.hasPython, "there is no python3 here to run the peer with"), .serialized,
  .timeLimit(.minutes(2)))
struct ViolationTests {
  /// What stands in Tests/Peers/strange_peer/violations_receiver.py and violations_sender.py.
  private static let groups = [
    "receiver: handshake", "receiver: frames", "receiver: CLOSE", "receiver: objects",
    "receiver: limits", "receiver: stages", "receiver: time-outs", "receiver: dials",
    "receiver: ends", "receiver: TLS", "sender: handshake", "sender: listens", "sender: frames",
    "sender: answers", "sender: window", "sender: stages", "sender: CLOSE", "sender: time-outs",
    "sender: hostile", "sender: TLS",
  ]

  @Test("the second peer reads and writes the vectors of the page")
  func vectors() async throws {
    let outcome = try await run(
      .strangePeer, ["--vectors", Repository.path("docs/wire-vectors.json")])
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test("every group of violations is played, and there are at least 200")
  func table() async throws {
    let outcome = try await run(.strangePeer, ["--list"])
    let names = outcome.output.dropLast().map { line in
      String(line[..<(line.range(of: ": ", options: .backwards)?.lowerBound ?? line.endIndex)])
    }
    #expect(names == Self.groups, "\(outcome)")
    let total = outcome.output.last?.split(separator: " ").compactMap { Int($0) }.first
    #expect(try #require(total) >= 200, "\(outcome)")
  }

  @Test("a violation has the reaction that docs/wire.md demands", arguments: groups)
  func violations(_ group: String) async throws {
    let outcome = try await run(
      .strangePeer,
      ["--violations", group, "--send", Program.send.path, "--receive", Program.receive.path])
    #expect(outcome.status == 0, "\(outcome)")
  }
}
