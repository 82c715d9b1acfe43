import Foundation
import Testing

/// Files beside an object, from one executable to the other.
@Suite(.serialized, .timeLimit(.minutes(1))) struct AttachedFileTests {
  /// An object, and what goes beside it: nothing of them is the other.
  private static let sizes = ["own": 70_000, "x": 700_001, "y": 0, "z": 7]

  private func make(_ workspace: Workspace) throws -> [String] {
    try Self.sizes.keys.sorted().map { try workspace.make($0, size: Self.sizes[$0] ?? 0) }
  }

  @Test(
    "are written to files beside the object's", arguments: [Meeting.tcp, .unix],
    [Stages.none, .both])
  func files(_ meeting: Meeting, _ stages: Stages) async throws {
    let workspace = try Workspace()
    let paths = try make(workspace)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", meeting.endpoint(workspace), "--output", workspace.file("D"), "--count", "1"]
        + ["--json"] + (try stages.receiverOptions(workspace))
    ) { running in
      try await run(
        .send,
        ["--to", try await running.endpoint(), paths[0]]
          + paths.dropFirst().flatMap { ["--attach", $0] } + (try stages.senderOptions(workspace)))
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    let places = ["own", "own.attachment-1", "own.attachment-2", "own.attachment-3"]
    #expect(workspace.names("D") == places)
    for (place, name) in zip(places, Self.sizes.keys.sorted()) {
      #expect(try workspace.bytes("D/\(place)") == workspace.bytes(name))
    }
    #expect(
      received.output.joined().contains(
        #""attachments":["own.attachment-1","own.attachment-2","own.attachment-3"]"#),
      "\(received)")
  }

  @Test("stay out of standard output, which is said")
  func standardOutput() async throws {
    let workspace = try Workspace()
    let paths = try make(workspace)
    let text = try workspace.write("text", "seven\n")
    let (sent, received) = try await withProgram(
      .receive, ["--listen", Meeting.unix.endpoint(workspace), "--raw", "--count", "1"]
    ) { running in
      try await run(
        .send,
        ["--to", try await running.endpoint(), text, "--attach", paths[1], "--attach"]
          + [paths[2]])
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(received.output == ["seven"])
    #expect(received.error.contains("all of 'text' from "), "\(received)")
    #expect(received.error.contains(": 2 attachments, 684 KiB, left out"), "\(received)")
  }

  @Test(
    "belong to one object, and what cannot be is said before anything is sent",
    arguments: [
      (["own", "x", "--attach", "y"], "beside one object", 64),
      (["own", "--each-line", "--attach", "y"], "beside one object", 64),
      (["-", "--attach", "-"], "standard input can be sent once", 64),
      (["own", "--attach", "missing"], "'missing' cannot be read", 66),
      (["own", "--framing", "length10", "--attach", "y"], "--attach has no meaning", 64),
    ] as [([String], String, Int32)])
  func mistakes(_ arguments: [String], _ words: String, _ status: Int32) async throws {
    let workspace = try Workspace()
    _ = try make(workspace)
    let names = Set(Self.sizes.keys)
    let sent = try await run(
      .send,
      ["--to", "unix:@nobody-\(UUID().uuidString)"]
        + arguments.map { names.contains($0) ? workspace.file($0) : $0 })
    #expect(sent.status == status, "\(sent)")
    #expect(sent.error.contains(words), "\(sent)")
  }
}
