import Foundation
import Pouch
import Synchronization
import Testing

/// Attachments between the library and the peer in plain Python.
@Suite(
  .enabled(if: Program.hasPython, "there is no python3 here to run the peer with"), .serialized,
  .timeLimit(.minutes(2)))
struct PeerAttachmentTests {
  /// An object and its attachments, by their names as the peer writes them.
  private static let sizes = ["own": 5000, "own.1": 700_001, "own.2": 0, "own.3": 7]

  private func files(_ workspace: Workspace) throws -> [Bytes] {
    try Self.sizes.keys.sorted().map { name in
      try workspace.make(name, size: Self.sizes[name] ?? 0)
      return Bytes(elementsOf: try workspace.bytes(name))
    }
  }

  @Test(
    "the peer's attachments reach the library", arguments: [Meeting.tcp, .unix],
    [Stages.none, .both])
  func peerSends(_ meeting: Meeting, _ stages: Stages) async throws {
    let workspace = try Workspace()
    let parts = try files(workspace)
    let pipeline = stages == .none ? [] : ["--pipeline", stages.peerText]
    for chunk in ["65536", "1000000"] {
      let got = try await deliveries(at: meeting.endpoint(workspace)) { endpoint in
        var arguments = ["send", "--connect", endpoint, "--chunk", chunk, "--digest"]
        arguments += patience + pipeline
        for number in 1...3 { arguments += ["--attach", workspace.file("own.\(number)")] }
        let sent = try await run(.peer, arguments + [workspace.file("own")])
        #expect(sent.status == 0, "\(sent)")
      }
      #expect(got.map { [$0.payload] + $0.attachments } == [parts])
    }
  }

  @Test(
    "the library's attachments reach the peer", arguments: [Meeting.tcp, .unix],
    [Stages.none, .both])
  func peerReceives(_ meeting: Meeting, _ stages: Stages) async throws {
    let workspace = try Workspace()
    let parts = try files(workspace)
    var options = SenderOptions()
    options.timeouts.hello = .seconds(60)
    if stages == .both { options.pipeline = [try DeflateStage(level: 6), CRC32CStage()] }
    let sending = options
    let (_, received) = try await withProgram(
      .peer,
      ["receive", "--listen", meeting.endpoint(workspace), "--output", workspace.file("D")]
        + patience
    ) { running in
      let endpoint = try Endpoint(try await running.endpoint())
      try await withSender(to: endpoint, options: sending) { sender in
        try await sender.send(
          parts[0], attachments: Array(parts.dropFirst()), attributes: Attributes(name: "own")
        ).processed()
      }
    }
    #expect(received.status == 0, "\(received)")
    #expect(workspace.names("D") == Self.sizes.keys.sorted())
    for name in Self.sizes.keys {
      #expect(try workspace.bytes("D/\(name)") == workspace.bytes(name))
    }
  }

  @Test(
    "lengths that do not add up are refused, and the next object is taken",
    arguments: ["11", "18446744073709551615,2", "6,5"], ["2", "1000"])
  func refused(_ lengths: String, _ chunk: String) async throws {
    let workspace = try Workspace()
    let got = try await deliveries(at: Meeting.unix.endpoint(workspace)) { endpoint in
      let sent = try await run(
        .peer,
        ["send", "--connect", endpoint, "--chunk", chunk, "--generate", "1x10"]
          + ["--wrong-attachments", lengths] + patience)
      #expect(sent.status == 2, "\(sent)")
      #expect(sent.output.contains { $0.contains("\"code\": \"format\"") }, "\(sent)")
      let good = try await run(
        .peer,
        ["send", "--connect", endpoint, "--generate", "1x10", "--wrong-attachments", "1,0,9"]
          + patience)
      #expect(good.status == 0, "\(good)")
    }
    #expect(got.map(\.attachments).map { $0.map(\.count) } == [[1, 0, 9]])
  }
}

/// A machine that runs every test at once may be slow to get to the peer.
let patience = ["--handshake-timeout", "60"]

/// What a receiver of the library gets while `body` runs.
func deliveries(
  at endpoint: String, options: ReceiverOptions = ReceiverOptions(),
  _ body: (_ endpoint: String) async throws -> Void
) async throws -> [Delivery] {
  let got = Deliveries()
  var options = options
  options.timeouts.hello = .seconds(60)
  let receiver = Receiver(on: try Endpoint(endpoint), options: options)
  let bound = try await receiver.bind()
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      try await receiver.run { delivery in got.all.withLock { $0.append(delivery) } }
    }
    do {
      try await body(bound[0].description)
    } catch {
      group.cancelAll()
      throw error
    }
    receiver.stop()
    try await group.waitForAll()
  }
  return got.all.withLock { $0 }
}

private final class Deliveries: Sendable {
  let all = Mutex<[Delivery]>([])
}
