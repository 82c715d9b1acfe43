import Foundation
import Testing

/// Where received objects end up, and where they never do.
@Suite(.serialized, .timeLimit(.minutes(1))) struct OutputTests {
  /// Sends `text` under each of `names` to a receiver that writes to `D`.
  private func send(
    _ names: [String], _ workspace: Workspace, text: String = "payload", options: [String] = []
  ) async throws -> (sent: [Outcome], received: Outcome) {
    let file = try workspace.write("payload", text)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")] + options
    ) { running in
      defer { running.send(SIGTERM) }
      let endpoint = try await running.endpoint()
      var outcomes: [Outcome] = []
      for name in names {
        outcomes.append(try await run(.send, ["--to", endpoint, "--name", name, "-"], input: file))
      }
      return outcomes
    }
    return (sent, received)
  }

  @Test(
    "a name never leads out of the output directory",
    arguments: [
      ["../escaped", "a/../../escaped", "/tmp/pouch-escaped"], ["..", ".", "a//b"],
      ["a/", "/", "link/inside"],
      [".pouch-x.part", "new\nline", String(repeating: "n", count: 256)],
    ])
  func traversal(_ evil: [String]) async throws {
    let workspace = try linked()
    let (sent, received) = try await send(evil, workspace)
    for (name, outcome) in zip(evil, sent) {
      #expect(outcome.status == 2, "\(name): \(outcome)")
      #expect(outcome.error.contains("(refused)"), "\(name): \(outcome)")
    }
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("outside").isEmpty)
    #expect(workspace.names("D") == ["file", "link"])
    #expect(workspace.names("").contains("escaped") == false)
    #expect(!FileManager.default.fileExists(atPath: "/tmp/pouch-escaped"))
  }

  @Test("a name leads into directories, and what a link's name clashes with is renamed")
  func ordinaryNames() async throws {
    let workspace = try linked()
    let (sent, received) = try await send(["file", "a/b/c"], workspace)
    #expect(sent.map(\.status) == [0, 0], "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("outside").isEmpty)
    #expect(workspace.names("D") == ["a", "a/b", "a/b/c", "file", "file.1", "link"])
  }

  /// An output directory with links that lead out of it.
  private func linked() throws -> Workspace {
    let workspace = try Workspace()
    for directory in ["D", "outside"] {
      try FileManager.default.createDirectory(
        atPath: workspace.file(directory), withIntermediateDirectories: true)
    }
    try FileManager.default.createSymbolicLink(
      atPath: workspace.file("D/link"), withDestinationPath: workspace.file("outside"))
    try FileManager.default.createSymbolicLink(
      atPath: workspace.file("D/file"), withDestinationPath: workspace.file("outside/target"))
    return workspace
  }

  @Test(
    "a name that is taken is numbered, overwritten or refused",
    arguments: [
      ("rename", [0, 0, 0], ["a", "a.1", "a.2"]), ("overwrite", [0, 0, 0], ["a"]),
      ("refuse", [0, 2, 2], ["a"]),
    ] as [(String, [Int32], [String])])
  func conflicts(_ choice: String, _ statuses: [Int32], _ files: [String]) async throws {
    let workspace = try Workspace()
    let (sent, received) = try await send(
      ["a", "a", "a"], workspace, options: ["--on-conflict", choice])
    #expect(sent.map(\.status) == statuses, "\(sent)")
    #expect(workspace.names("D") == files)
    // What could not be stored under its name is this side's affair.
    #expect(received.status == (choice == "refuse" ? 2 : 0), "\(received)")
  }

  @Test("--count ends after that many objects, and the rest stays with the sender")
  func count() async throws {
    let workspace = try Workspace()
    let files = try (1...5).map { try workspace.make("f\($0)", size: 100) }
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
        + ["--count", "3"]
    ) { running in
      try await run(.send, ["--to", try await running.endpoint()] + files)
    }
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D") == ["f1", "f2", "f3"])
    #expect(sent.status == 2, "\(sent)")
    #expect(sent.error.contains("acknowledged 3"), "\(sent)")
  }

  /// Whether a process here may have mounts of its own.
  private static let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test(
    "a directory that becomes read-only takes nothing any more: it ends the receiver, with 73",
    .enabled(if: canMount, "nothing can be mounted here"))
  func readOnly() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 100)
    let directory = workspace.file("D")
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: false)
    var mounted = Program.receive
    mounted.command =
      ["unshare", "-m", "sh", "-c", "mount -t tmpfs none \"$0\"; exec \"$@\"", directory]
      + mounted.command
    let (sent, received) = try await withProgram(
      mounted, ["--listen", Meeting.unix.endpoint(workspace), "--output", directory]
    ) { running in
      let endpoint = try await running.endpoint()
      let good = try await run(.send, ["--to", endpoint, file])
      #expect(good.status == 0, "\(good)")
      let remount = Program(name: "nsenter", command: ["nsenter", "-t", "\(running.processID)"])
      let remounted = try await run(remount, ["-m", "mount", "-o", "remount,ro", directory])
      try #require(remounted.status == 0, "\(remounted)")
      return try await run(.send, ["--to", endpoint, file, file])
    }
    #expect(sent.status == 2, "\(sent)")
    #expect(sent.error.contains("Read-only file system (storage)"), "\(sent)")
    #expect(sent.error.contains("sending it again can help") == false, "\(sent)")
    #expect(received.status == 73, "\(received)")
    let error = "pouch-receive: error: files cannot be written to '\(directory)': Read-only"
    #expect(received.error.contains(error), "\(received)")
  }

  @Test("a full disk refuses the object, and leaves nothing behind")
  func fullDisk() async throws {
    let workspace = try Workspace()
    let large = try workspace.make("large", size: 3_000_000)
    let small = try workspace.make("small", size: 100)
    // No file may grow beyond 1 MiB here; the shell's unit is 512 bytes.
    var limited = Program.receive
    limited.command =
      ["sh", "-c", "trap '' XFSZ; ulimit -f 2048; exec \"$@\"", "sh"] + limited.command
    let (sent, received) = try await withProgram(
      limited, ["--listen", Meeting.unix.endpoint(workspace), "--output", workspace.file("D")]
    ) { running in
      defer { running.send(SIGTERM) }
      return try await run(.send, ["--to", try await running.endpoint(), large, small])
    }
    #expect(sent.status == 2, "\(sent)")
    #expect(sent.error.contains("cannot store the object: File too large"), "\(sent)")
    #expect(received.status == 2, "\(received)")
    #expect(workspace.names("D") == ["small"])
  }
}
