import Foundation
import Testing

/// The executables and the peer in plain Python, which was written from docs/wire.md alone.
@Suite(
  .enabled(if: Program.hasPython, "there is no python3 here to run the peer with"), .serialized,
  .timeLimit(.minutes(1)))
struct PeerTests {
  private static let sizes = ["a": 0, "b": 5, "c": 700_001]
  private static let meetings: [Meeting] = [.tcp, .tls, .unix]

  private func files(_ workspace: Workspace) throws -> [String] {
    try Self.sizes.map { try workspace.make($0.key, size: $0.value) }.sorted()
  }

  private func expectFiles(_ workspace: Workspace, _ output: String) throws {
    #expect(workspace.names(output) == Self.sizes.keys.sorted())
    for name in Self.sizes.keys {
      #expect(try workspace.bytes("\(output)/\(name)") == workspace.bytes(name))
    }
  }

  private func peerPipeline(_ stages: Stages, _ workspace: Workspace) throws -> [String] {
    guard stages != .none else { return [] }
    let key = stages == .hmac ? ["--hmac-key", try stages.key(workspace)] : []
    return ["--pipeline", stages.peerText] + key
  }

  @Test("the peer sends, whoever listens", arguments: meetings, Stages.allCases)
  func peerSends(_ meeting: Meeting, _ stages: Stages) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let sending =
      ["send", "--chunk", "65536", "--interleave", "2"] + (try peerPipeline(stages, workspace))
    let paths = try files(workspace)
    for receiverListens in [true, false] {
      let output = receiverListens ? "to-listener" : "from-listener"
      let receiving =
        ["--output", workspace.file(output)] + (try stages.receiverOptions(workspace))
      let (dialled, listened) =
        receiverListens
        ? try await meet(
          .receive,
          ["--listen", meeting.endpoint(workspace), "--count", "3"] + receiving
            + meeting.identity(.listener, workspace), .peer
        ) { endpoint in
          sending + ["--connect", endpoint] + meeting.identity(.dialler, workspace) + paths
        }
        : try await meet(
          .peer,
          sending + ["--listen", meeting.endpoint(workspace)]
            + meeting.identity(.listener, workspace) + paths, .receive
        ) { endpoint in
          ["--from", endpoint] + receiving + meeting.identity(.dialler, workspace)
        }
      #expect(dialled.status == 0, "\(dialled)")
      #expect(listened.status == 0, "\(listened)")
      try expectFiles(workspace, output)
    }
  }

  @Test("the peer receives, whoever listens", arguments: meetings, Stages.allCases)
  func peerReceives(_ meeting: Meeting, _ stages: Stages) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let paths = try files(workspace)
    let sending = try stages.senderOptions(workspace) + paths
    for senderListens in [true, false] {
      let output = senderListens ? "from-listener" : "to-listener"
      let receiving =
        ["receive", "--output", workspace.file(output)] + (try peerPipeline(stages, workspace))
      let (dialled, listened) =
        senderListens
        ? try await meet(
          .send,
          ["--listen", meeting.endpoint(workspace)] + sending
            + meeting.identity(.listener, workspace), .peer
        ) { endpoint in
          receiving + ["--connect", endpoint] + meeting.identity(.dialler, workspace)
        }
        : try await meet(
          .peer,
          receiving + ["--listen", meeting.endpoint(workspace)]
            + meeting.identity(.listener, workspace), .send
        ) { endpoint in
          ["--to", endpoint] + sending + meeting.identity(.dialler, workspace)
        }
      #expect(dialled.status == 0, "\(dialled)")
      #expect(listened.status == 0, "\(listened)")
      try expectFiles(workspace, output)
    }
  }

  @Test("an object that the peer refuses fails alone, with the peer's reason")
  func refusals() async throws {
    let workspace = try Workspace()
    let (sent, received) = try await withProgram(
      .peer,
      ["receive", "--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
        + ["--refuse", "2,3", "--refuse-code", "storage"]
    ) { running in
      try await run(.send, ["--to", try await running.endpoint()] + (try files(workspace)))
    }
    #expect(sent.status == 2, "\(sent)")
    #expect(sent.error.contains("2 of 3 objects failed"), "\(sent)")
    #expect(sent.error.contains("acknowledged 1 + refused 2"), "\(sent)")
    #expect(!received.error.contains("Traceback"), "\(received)")
    #expect(workspace.names("D") == ["a"])
  }

  @Test(
    "a connection that is cut leaves no file, wherever it is cut",
    arguments: [Meeting.tcp, .tls],
    ["5", "60", "200", "data+3", "data+40", "data+300", "data+70000", "data+600000"])
  func cuts(_ meeting: Meeting, _ position: String) async throws {
    let workspace = try Workspace()
    try await meeting.prepare(workspace)
    let file = try workspace.make("cut", size: 700_001)
    try await receiverSurvives(meeting, workspace) { endpoint in
      let outcome = try await run(
        .peer,
        ["send", "--connect", endpoint, "--pipeline", "crc32c", "--chunk", "65536"]
          + ["--cut-after", position, file] + meeting.identity(.dialler, workspace))
      #expect(!outcome.error.contains("Traceback"), "\(outcome)")
    }
  }

  @Test(
    "a flipped bit anywhere in a checked frame is found, and nothing is written",
    arguments: ["0.0", "2.7", "10.1", "20.3", "23.6", "24.0", "30.4", "100.2", "5000.5"])
  func flips(_ position: String) async throws {
    let workspace = try Workspace()
    let file = try workspace.make("flipped", size: 10_000)
    try await receiverSurvives(.unix, workspace) { endpoint in
      let outcome = try await run(
        .peer,
        ["send", "--connect", endpoint, "--pipeline", "crc32c", "--flip", "data+\(position)", file])
      #expect(outcome.status != 0, "\(outcome)")
      #expect(!outcome.error.contains("Traceback"), "\(outcome)")
    }
  }

  @Test(
    "a peer that breaks the protocol is turned away, and the receiver goes on",
    arguments: [
      ["--wrong-preface", "http"], ["--wrong-preface", "tls"], ["--wrong-preface", "ssh"],
      ["--wrong-preface", "text"], ["--wrong-preface", "binary"], ["--wrong-preface", "major"],
      ["--oversize-hello"], ["--oversize-frame"], ["--second-hello"], ["--duplicate-key"],
      ["--same-role"], ["--unknown-stage"], ["--wrong-offset", "1"], ["--wrong-size", "1"],
      ["--trailing-bytes", "3"],
      ["--inject", "kind=9,first=1,body=0000000000000000"],
      ["--inject", "kind=11,first=1,count=1"], ["--bomb", "100000000", "--pipeline", "deflate:9"],
    ])
  func misbehaviour(_ fault: [String]) async throws {
    let workspace = try Workspace()
    let file = try workspace.make("bad", size: 700_001)
    try await receiverSurvives(.unix, workspace) { endpoint in
      let outcome = try await run(.peer, ["send", "--connect", endpoint] + fault + [file])
      #expect(!outcome.error.contains("Traceback"), "\(outcome)")
    }
  }

  @Test(
    "a receiver of another protocol ends the sender with 76", arguments: ["http", "ssh", "major"])
  func foreignReceiver(_ preface: String) async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 10)
    let (sent, _) = try await withProgram(
      .peer,
      ["receive", "--listen", Meeting.unix.endpoint(workspace), "--wrong-preface", preface]
    ) { running in
      try await run(.send, ["--to", try await running.endpoint(), file])
    }
    #expect(sent.status == 76, "\(sent)")
    #expect(sent.errors.count <= 2, "\(sent)")
  }
}
