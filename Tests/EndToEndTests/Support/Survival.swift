import Testing

/// Runs `attempts` against a receiver, and sees that it goes on: a sender that does everything
/// right succeeds afterwards, and its object is all that was written.
func receiverSurvives(
  _ meeting: Meeting, _ workspace: Workspace, options: [String] = [],
  _ attempts: (String) async throws -> Void
) async throws {
  let good = try workspace.make("good", size: 300_000)
  let (sent, received) = try await withProgram(
    .receive,
    ["--listen", meeting.endpoint(workspace), "--output", workspace.file("D"), "--count", "1"]
      + meeting.identity(.listener, workspace) + options
  ) { running in
    let endpoint = try await running.endpoint()
    try await attempts(endpoint)
    return try await run(
      .send,
      ["--to", endpoint, "--integrity", "crc32c", good] + meeting.identity(.dialler, workspace))
  }
  #expect(sent.status == 0, "\(sent)")
  #expect(received.status == 0, "\(received)")
  #expect(workspace.names("D") == ["good"])
}
