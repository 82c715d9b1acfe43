import Testing

@testable import Pouch

@Suite("Settings of length10", .timeLimit(.minutes(1)))
struct Length10SettingsTests {
  @Test("a pipeline, or a stage that is required, does not go with it")
  func pipeline() async throws {
    var sending = SenderOptions()
    sending.framing = .length10
    sending.pipeline = [CRC32CStage()]
    var receiving = ReceiverOptions()
    receiving.framing = .length10
    receiving.requiredStages = ["crc32c"]
    let (sender, receiver) = (sending, receiving)
    let errors = [
      await #expect(throws: PouchError.self) {
        try await withSender(to: .tcp("127.0.0.1", 1), options: sender) { _ in }
      },
      await #expect(throws: PouchError.self) {
        try await withSender(listeningOn: [.tcp("127.0.0.1", 0)], options: sender) { _ in }
      },
      await #expect(throws: PouchError.self) {
        try await withEachReceiver(listeningOn: [.tcp("127.0.0.1", 0)], options: sender) { _ in }
      },
      await #expect(throws: PouchError.self) {
        try await Receiver(on: .tcp("127.0.0.1", 0), options: receiver).run { _ in }
      },
    ]
    for error in errors {
      #expect(error?.code == .configuration)
      #expect(error?.stage == "crc32c")
    }
  }

  @Test(
    "a warning tells of each endpoint what it lacks, before anybody comes",
    arguments: TransportKind.allCases)
  func warning(_ kind: TransportKind) async throws {
    try await kind.withLength10 { endpoint, sending, receiving in
      let events = Gathered<String>()
      let note: @Sendable (String, ConnectionEvent) -> Void = { who, event in
        switch event {
        case .warning(let endpoint, let text):
          #expect(text.contains("\(endpoint)"))
          #expect(text.contains("unauthenticated") == (kind != .tls))
          #expect(text.contains("nothing is acknowledged"))
          events.append("\(who) warning")
        case .connected(let connection):
          #expect(connection.framing == .length10)
          #expect(connection.acknowledge == .none)
          #expect(connection.description.contains("framing length10, not acknowledged"))
          events.append("\(who) connected")
        default: break
        }
      }
      var (sending, receiving) = (sending, receiving)
      sending.onEvent = { note("sender", $0) }
      receiving.onEvent = { note("receiver", $0) }
      let options = sending
      try await withReceiver(at: endpoint, receiving) { _ in
      } _: { bound, _ in
        #expect(events.values == ["receiver warning"])
        try await withSender(to: bound, options: options) { _ in await events.wait(for: 4) }
      }
      for who in ["sender", "receiver"] {
        let own = events.values.filter { $0.hasPrefix(who) }
        #expect(own == ["\(who) warning", "\(who) connected"])
      }
    }
  }

  @Test(
    "two ends with different framings say so, whichever is which",
    arguments: TransportKind.allCases, [true, false])
  func mismatch(_ kind: TransportKind, _ senderHasLength10: Bool) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      if senderHasLength10 { sending.framing = .length10 } else { receiving.framing = .length10 }
      let errors = Gathered<PouchError>()
      receiving.onEvent = {
        switch $0 {
        case .refused(_, let error): errors.append(error)
        case .disconnected(_, .some(let error)): errors.append(error)
        default: break
        }
      }
      let options = sending
      try await withReceiver(at: endpoint, receiving) { _ in
      } _: { bound, _ in
        let error = await #expect(throws: PouchError.self) {
          try await withSender(to: bound, options: options) { sender in
            try await sender.send(tutorialPickle, format: .pickle)
          }
        }
        // Of a Pouch sender in the clear, the receiver knows why; it has no way to say it.
        if kind == .tls || senderHasLength10 {
          #expect(error?.code == .protocolMismatch)
          #expect(error?.hint?.contains("framing") == true)
        }
        if kind != .tls, senderHasLength10 {
          #expect(error?.message.contains("the preface of Pouch") == true)
        }
        await errors.wait(for: 1)
      }
      let error = try #require(errors.values.first)
      #expect(error.code == .protocolMismatch)
      #expect(error.hint?.contains("framing") == true)
      if kind == .tls {
        let other = senderHasLength10 ? "pouch-length10" : "pouch/1"
        #expect(error.description.contains(other))
      } else if !senderHasLength10 {
        #expect(error.message.contains("the preface of Pouch"))
      }
    }
  }
}
