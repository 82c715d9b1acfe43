import Foundation
import Testing

/// A peer that sends frames of one kind, as many as it can, and reads no answer.
@Suite("Floods", .enabled(if: Program.hasPython), .timeLimit(.minutes(5)))
struct FloodTests {
  private struct Flood: Decodable {
    var end: String
    var flood: String
    var bytes: Int
    var stopped: String
    var growth: Int

    enum CodingKeys: String, CodingKey {
      case end, flood, bytes, stopped
      case growth = "KiB"
    }
  }

  /// What a flood may cost, in KiB.
  private static let most = 16 << 10

  @Test(
    "a flood of frames of any kind costs a receiver and a sender less than 16 MiB",
    .disabled(if: Sanitizer.isActive), arguments: [Meeting.tcp, .tls, .unix])
  func memory(_ meeting: Meeting) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    var arguments = [
      "--receive", Program.receive.command[0], "--send", Program.send.command[0],
      "--endpoint", meeting.endpoint(workspace),
    ]
    if meeting == .tls { arguments += ["--certs", workspace.file("Certs")] }
    let outcome = try await run(.flood, arguments)
    try #require(outcome.status == 0, "\(outcome)")
    let floods = try outcome.output.map {
      try JSONDecoder().decode(Flood.self, from: Data($0.utf8))
    }
    #expect(floods.count > 30)
    for flood in floods {
      #expect(flood.growth < Self.most, "\(flood.end): \(flood.flood)")
    }
    // Who does not read what it asks for is not read.
    for flood in floods where flood.flood == "ping" || flood.flood == "refused data" {
      #expect(flood.stopped == "it takes no more", "\(flood.end): \(flood.flood)")
    }
  }
}
