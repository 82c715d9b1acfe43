import Foundation
import Pouch
import Synchronization
import Testing

/// Files that somebody writes to while they are sent.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ChangingFileTests {
  /// Far more than a sender reads before its receiver has taken the beginning.
  private static let size = 48 << 20

  enum Change: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case rewritten, rewrittenWithItsTimes, rewrittenLonger, overwrittenAndExtended, shortened

    var testDescription: String { rawValue }

    func make(_ path: String) throws {
      let before = try status(path)
      let file = try FileHandle(forUpdating: URL(filePath: path))
      let size = ChangingFileTests.size
      switch self {
      case .rewritten, .rewrittenWithItsTimes:
        try file.write(contentsOf: Data(repeating: 0x42, count: size))
      case .rewrittenLonger:
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(repeating: 0x42, count: size + 10))
      case .overwrittenAndExtended:
        // Already read: only what stands there now tells that it is of another moment.
        try file.write(contentsOf: Data([0x42]))
        try file.seekToEnd()
        try file.write(contentsOf: Data(repeating: 0x42, count: 10))
      case .shortened: try file.truncate(atOffset: UInt64(size - 1))
      }
      try file.close()
      if self == .rewrittenWithItsTimes {
        var times = [before.st_atim, before.st_mtim]
        #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
      }
    }
  }

  @Test(
    "a file that is written to while it is read is not taken for whole",
    arguments: Change.allCases)
  func torn(_ change: Change) async throws {
    let workspace = try Workspace()
    let path = try workspace.make("a", size: Self.size)
    let (outcome, received) = try await Self.send([path], workspace) { try change.make(path) }
    #expect(received == nil)
    #expect(outcome.status == 65, "\(outcome)")
    #expect(outcome.error.contains("while it was read"), "\(outcome)")
    #expect(outcome.error.contains("acknowledged 0"), "\(outcome)")
  }

  enum Harmless: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case extended, touched, replaced, removed, linked

    var testDescription: String { rawValue }

    func make(_ path: String) throws {
      switch self {
      case .extended:
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("more".utf8))
      case .touched: #expect(utimensat(AT_FDCWD, path, nil, 0) == 0)
      case .replaced:
        try Data("another".utf8).write(to: URL(filePath: path + ".new"))
        #expect(rename(path + ".new", path) == 0)
      case .removed: #expect(unlink(path) == 0)
      case .linked: #expect(link(path, path + ".link") == 0)
      }
    }
  }

  @Test(
    "a file that grows, is touched or is replaced arrives as it was when it was opened",
    arguments: Harmless.allCases)
  func harmless(_ change: Harmless) async throws {
    let workspace = try Workspace()
    let path = try workspace.make("a", size: Self.size)
    let before = try workspace.bytes("a")
    let (outcome, received) = try await Self.send([path], workspace) { try change.make(path) }
    #expect(outcome.status == 0, "\(outcome)")
    #expect(received == before)
  }

  @Test(
    "a file whose size is none is sent to its end",
    arguments: ["/proc/version", "/sys/devices/system/cpu/online"])
  func sizes(_ path: String) async throws {
    let workspace = try Workspace()
    let expected = try Data(contentsOf: URL(filePath: path))
    try #require(!expected.isEmpty)
    let (outcome, received) = try await Self.send([path], workspace) {}
    #expect(outcome.status == 0, "\(outcome)")
    #expect(received == expected)
    // The same beside an object, whose parts have their sizes announced.
    let file = try workspace.make("b", size: 3)
    let (both, parts) = try await Self.send([file, "--attach", path], try Workspace()) {}
    #expect(both.status == 0, "\(both)")
    #expect(try parts == workspace.bytes("b") + expected)
  }

  @Test("--each-line sends a file that grows up to the last line that is complete")
  func lines() async throws {
    let workspace = try Workspace()
    let line = String(repeating: "x", count: 65_535)
    let count = Self.size / 65_536
    let path = try workspace.write("log", String(repeating: line + "\n", count: count))
    let taken = Mutex(0)
    let outcome = try await Self.receive(["--each-line", path], workspace) { delivery in
      let number = taken.withLock { number in
        number += 1
        return number
      }
      if number == 1 {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("last\nnot all of".utf8))
      }
      for try await _ in delivery.body {}
    }
    #expect(outcome.status == 0, "\(outcome)")
    #expect(taken.withLock { $0 } == count + 1)
    #expect(
      outcome.error.contains("log:\(count + 2)' was left out: it was still being written"),
      "\(outcome)")
  }

  /// Sends with the executable to a receiver that calls `change` once the object has begun.
  ///
  /// - Returns: How it ended, and the object if all of it came.
  private static func send(
    _ arguments: [String], _ workspace: Workspace, _ change: @escaping @Sendable () throws -> Void
  ) async throws -> (Outcome, Data?) {
    let whole = Mutex<Data?>(nil)
    let outcome = try await receive(arguments, workspace) { delivery in
      try change()
      var bytes = Data()
      for try await chunk in delivery.body { bytes.append(contentsOf: chunk.array) }
      whole.withLock { [bytes] in $0 = bytes }
    }
    return (outcome, whole.withLock { $0 })
  }

  private static func receive(
    _ arguments: [String], _ workspace: Workspace,
    _ take: @escaping @Sendable (StreamedDelivery) async throws -> Void
  ) async throws -> Outcome {
    let receiver = Receiver(on: try Endpoint(Meeting.abstract.endpoint(workspace)))
    let endpoints = try await receiver.bind()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await receiver.runStreamed(take) }
      defer { receiver.stop() }
      let endpoint = try #require(endpoints.first)
      return try await run(.send, ["--to", endpoint.description] + arguments)
    }
  }
}

private func status(_ path: String) throws -> stat {
  var status = stat()
  try #require(stat(path, &status) == 0)
  return status
}
