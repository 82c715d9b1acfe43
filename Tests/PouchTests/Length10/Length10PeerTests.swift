import CBOR
import Glibc
import Pouch
import Testing

/// The tutorial's own programs, as far as pickles and sockets go, at the other end.
@Suite(
  "length10 with the tutorial's programs",
  .enabled(if: PythonPeer.isInstalled, "there is no python3 here to run the peer with"),
  .timeLimit(.minutes(2)))
struct Length10PeerTests {
  static let kinds: [TransportKind] = [.tcp, .tls, .unixPath, .unixAbstract]

  static let tutorial: Value = [1: "hi", 2: "there"]

  // MARK: The peer sends

  @Test(
    "its server is received from, in every protocol and however the bytes arrive",
    arguments: 0...5, ["whole", "bytes", "joined"])
  func server(_ version: Int, _ pieces: String) async throws {
    let values = try await Self.receive(
      .tcp, peerListens: true,
      ["--protocol", "\(version)", "--pieces", pieces, "--objects", "tutorial,nested,bytes"],
      count: 3)
    #expect(values[0] == Self.tutorial)
    #expect(values[1] == Self.nested)
    #expect(values[2] == .bytes([0x00, 0xff] + Array(" raw".utf8)))
  }

  @Test(
    "it is received from over every transport, whoever listens", arguments: kinds, [true, false])
  func sends(_ kind: TransportKind, _ peerListens: Bool) async throws {
    let values = try await Self.receive(
      kind, peerListens: peerListens, ["--objects", "tutorial,large,tutorial"], count: 3)
    #expect(values[0] == Self.tutorial)
    #expect(values[1]["numbers"]?.array?.count == 50_000)
    #expect(values[2] == Self.tutorial)
  }

  @Test("a pickle that asks for a command is refused by name, and the next one is served")
  func command() async throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let canary = directory.path + "/s"
    try await TransportKind.tcp.withLength10 { endpoint, _, receiving in
      let refusals = Gathered<Refusal>()
      let errors = Gathered<PouchError>()
      let got = Gathered<Value>()
      var options = receiving
      options.onEvent = {
        if case .objectRefused(_, _, let refusal) = $0 { refusals.append(refusal) }
      }
      try await withReceiver(at: endpoint, options) { delivery in
        do throws(PouchError) {
          got.append(try delivery.value())
        } catch {
          errors.append(error)
          throw error
        }
      } _: { bound, _ in
        let objects = "tutorial,command,tutorial"
        let place = Self.location(of: bound)
        _ = try await PythonPeer.run(
          ["send", "--connect", place, "--objects", objects, "--canary", canary])
        await got.wait(for: 2)
      }
      #expect(got.values == [Self.tutorial, Self.tutorial])
      #expect(refusals.values.map(\.code) == ["format"])
      #expect(errors.values.first?.code == .badData)
      #expect(errors.values.first?.objectID == 2)
      #expect(errors.values.first?.cause?.contains("posix.system") == true)
    }
    #expect(access(canary, F_OK) != 0)
  }

  // MARK: The peer receives

  @Test(
    "its client gets what is broadcast, and nothing disturbs it before it leaves", arguments: kinds)
  func client(_ kind: TransportKind) async throws {
    try await kind.withLength10 { endpoint, sending, receiving in
      let broadcaster = Broadcaster(on: endpoint, options: sending)
      let bound = try await broadcaster.bind()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await broadcaster.run { sender in
            try await sender.send(Self.tutorial)
          }
        }
        let lines = try await PythonPeer.run(
          ["receive", "--connect", Self.location(of: bound[0]), "--count", "1"]
            + Self.identity(receiving.tls))
        #expect(lines == ["object {1: 'hi', 2: 'there'}"])
        broadcaster.stop()
        try await group.waitForAll()
      }
    }
  }

  @Test("it gets what a sender that dials sends", arguments: kinds)
  func receives(_ kind: TransportKind) async throws {
    try await kind.withLength10 { endpoint, sending, receiving in
      let lines = try await PythonPeer.run(
        ["receive", "--listen", Self.place(for: kind, endpoint)] + Self.identity(receiving.tls)
      ) { peer in
        let listening = try Self.endpoint(kind, try await peer.endpoint())
        try await withSender(to: listening, options: sending) { sender in
          _ = try await sender.send(Self.tutorial)
        }
      }
      #expect(lines.dropFirst() == ["object {1: 'hi', 2: 'there'}", "end"])
    }
  }

  // MARK: Meeting

  static let nested: Value = [
    "name": "lamp", "on": true, "levels": [0.5, 1, .null],
    .array([1, 2]): .tagged(.init(tag: 258, content: [3, 4])),
  ]

  /// Receives `count` objects from the peer, and leaves.
  static func receive(
    _ kind: TransportKind, peerListens: Bool, _ arguments: [String], count: Int
  ) async throws -> [Value] {
    let got = Gathered<Value>()
    try await kind.withLength10 { endpoint, sending, receiving in
      let arguments = ["send"] + arguments + identity(sending.tls)
      if peerListens {
        let place = place(for: kind, endpoint)
        _ = try await PythonPeer.run(arguments + ["--listen", place]) { peer in
          let listening = try Self.endpoint(kind, try await peer.endpoint())
          let receiver = Receiver(dialling: [listening], options: receiving)
          try await receiver.run { delivery in
            got.append(try delivery.value())
            if got.values.count == count { receiver.stop() }
          }
        }
      } else {
        try await withReceiver(at: endpoint, receiving) { delivery in
          got.append(try delivery.value())
        } _: { bound, _ in
          _ = try await PythonPeer.run(arguments + ["--connect", location(of: bound)])
          await got.wait(for: count)
        }
      }
    }
    return got.values
  }

  /// Where a peer in Python is to listen.
  static func place(for kind: TransportKind, _ endpoint: Endpoint) -> String {
    kind == .tcp || kind == .tls ? "127.0.0.1:0" : location(of: endpoint)
  }

  /// What a peer in Python calls an endpoint: it writes no schemes.
  static func location(of endpoint: Endpoint) -> String {
    let text = endpoint.description
    for prefix in ["tcp://", "tls://", "unix://", "unix:"] where text.hasPrefix(prefix) {
      return String(text.dropFirst(prefix.count))
    }
    return text
  }

  /// The endpoint of a peer in Python that listens.
  static func endpoint(_ kind: TransportKind, _ location: String) throws -> Endpoint {
    switch kind {
    case .tls: try Endpoint("tls://localhost:" + location.split(separator: ":")[1])
    case .unixPath: try Endpoint("unix://" + location)
    case .unixAbstract: try Endpoint("unix:" + location)
    case .tcp, .memory: try Endpoint("tcp://" + location)
    }
  }

  static func identity(_ settings: TLSSettings?) -> [String] {
    guard let settings, let trust = settings.trust, let certificate = settings.certificate,
      let key = settings.key
    else { return [] }
    return ["--trust", trust, "--certificate", certificate, "--key", key]
  }
}
