import PouchCore
import Testing

@testable import PouchTLS

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
  @Test func `a handshake proves both sides and says what was agreed on`() async throws {
    let pair = try await Pair.connected()
    defer { pair.close() }
    #expect(pair.client.peer.names == ["localhost", "127.0.0.1", "::1"])
    #expect(pair.server.peer.names == ["sender"])
    for security in [pair.client.peer.security, pair.server.peer.security] {
      let security = try #require(security)
      #expect(security.version == "TLSv1.3")
      #expect(security.cipher == "TLS_AES_128_GCM_SHA256")
      #expect(security.group == "x25519")
      #expect(security.applicationProtocol == "pouch/1")
      #expect(security.serialNumber.utf8.count == 32)
    }
  }

  @Test func `a client may come without a certificate where the server allows it`() async throws {
    let shared = try Credentials.shared.get()
    var server = shared.settings("receiver")
    server.requiresPeerCertificate = false
    let pair = try Pair(client: TLSSettings(trust: shared.trust), server: server)
    defer { pair.close() }
    let (client, refused) = await pair.shakeHands()
    #expect(client == nil && refused == nil)
    #expect(pair.server.peer.names.isEmpty)
    #expect(pair.server.peer.security?.serialNumber == "")
  }

  @Test(
    arguments: [1, 100, 16_384, 16_385, 300_000, 2_000_000], [1, 1000, Int.max])
  func `what is written comes back through an echo`(count: Int, piece: Int) async throws {
    let count = piece == 1 ? min(count, 20_000) : count
    let pair = try await Pair.connected(capacity: 50_000, piece: piece)
    defer { pair.close() }
    let sent = pattern(count)
    async let echo: Void = pair.server.echo()
    async let received = pair.client.collect()
    try await pair.client.write([Bytes(sent)])
    try await pair.client.finish()
    #expect(try await received == sent)
    try await echo
  }

  @Test func `an end that comes with the last bytes is one, though the socket stays open`()
    async throws
  {
    let pair = try await Pair.connected()
    defer { pair.close() }
    pair.clientBase.stayOpen()
    let sent = pattern(5000)
    try await pair.client.write([Bytes(sent)])
    try await pair.client.finish()
    // Both records are there by now, and one read of the stream below takes them.
    #expect(try await pair.server.collect() == sent)
  }

  @Test func `small segments share full records and records share writes`() async throws {
    let pair = try await Pair.connected(capacity: 4 << 20)
    defer { pair.close() }
    let segments = (0..<10_000).map { _ in Bytes(pattern(100)) }
    try await pair.client.write(segments)
    let overhead = 17
    let lengths = pair.clientBase.records.map { $0 - overhead }
    #expect(lengths.reduce(0, +) == 1_000_000)
    #expect(lengths.dropLast().allSatisfy { $0 == 16_384 })
    let sizes = pair.clientBase.writes.map(\.count)
    #expect(sizes.dropLast().allSatisfy { (64 << 10...256 << 10).contains($0) })
    #expect(try await pair.server.collect(1_000_000) == segments.flatMap(\.array))
  }

  @Test(arguments: [
    [24, 65_536, 4], [0, 0, 5, 0], [16_384, 16_384], [16_383, 2, 16_383], [24, 200_000, 1, 1],
    [300_000, 24, 300_000], [],
  ])
  func `segments arrive whole and in order in as few records as can be`(
    counts: [Int]
  ) async throws {
    let pair = try await Pair.connected(capacity: 4 << 20)
    defer { pair.close() }
    let segments = counts.map { Bytes(pattern($0)) }
    let total = counts.reduce(0, +)
    try await pair.client.write(segments)
    #expect(pair.clientBase.records.count == (total + 16_383) / 16_384)
    #expect(try await pair.server.collect(total) == segments.flatMap(\.array))
  }

  @Test func `each side can go on after the other has finished`() async throws {
    let pair = try await Pair.connected()
    defer { pair.close() }
    try await pair.server.finish()
    try await pair.server.finish()
    #expect(try await pair.client.collect() == [])
    try await pair.client.write([Bytes(utf8: "still here")])
    try await pair.client.finish()
    #expect(try await pair.server.collect() == Array("still here".utf8))
    var buffer = ByteBuffer()
    #expect(try await pair.server.read(into: &buffer) == 0)
    let late = await outcome { () async throws(PouchError) in
      try await pair.server.write([Bytes(utf8: "late")])
    }
    #expect(late?.code == .closed)
  }

  @Test func `data before the handshake is a mistake of the caller`() async throws {
    let pair = try Pair()
    defer { pair.close() }
    var buffer = ByteBuffer()
    let reading = await outcome { () async throws(PouchError) in
      _ = try await pair.client.read(into: &buffer)
    }
    let writing = await outcome { () async throws(PouchError) in
      try await pair.client.write([Bytes(utf8: "early")])
    }
    #expect(reading?.code == .usage && writing?.code == .usage)
    #expect(pair.clientBase.writes.isEmpty)
  }

  @Test func `closing wakes a waiting read and refuses every later call`() async throws {
    let pair = try await Pair.connected()
    async let waiting = outcome { () async throws(PouchError) in
      var buffer = ByteBuffer()
      _ = try await pair.client.read(into: &buffer)
    }
    pair.client.close()
    #expect(await waiting?.code == .closed)
    let writing = await outcome { () async throws(PouchError) in
      try await pair.client.write([Bytes(utf8: "x")])
    }
    let finishing = await outcome { () async throws(PouchError) in
      try await pair.client.finish()
    }
    #expect(writing?.code == .closed && finishing?.code == .closed)
    pair.close()
  }

  @Test func `a cancelled read loses nothing`() async throws {
    let pair = try await Pair.connected()
    defer { pair.close() }
    let reading = Task {
      await outcome { () async throws(PouchError) in
        var buffer = ByteBuffer()
        _ = try await pair.client.read(into: &buffer)
      }
    }
    reading.cancel()
    #expect(await reading.value?.code == .cancelled)
    try await pair.server.write([Bytes(utf8: "after")])
    #expect(try await pair.client.collect(5) == Array("after".utf8))
  }

  @Test func `keys change while both sides talk`() async throws {
    let pair = try await Pair.connected(rekeying: Rekeying(records: 20))
    defer { pair.close() }
    let sent = pattern(3_000_000)
    async let echo: Void = pair.server.echo()
    async let received = pair.client.collect()
    for start in stride(from: 0, to: sent.count, by: 100_000) {
      try await pair.client.write([Bytes(Array(sent[start..<start + 100_000]))])
    }
    try await pair.client.finish()
    #expect(try await received == sent)
    try await echo
    // A KeyUpdate is a handshake message of 5 bytes, and 17 bytes of record around it.
    let updates = pair.clientBase.records.count { $0 == 22 }
    #expect(updates >= 8)
  }

  @Test func `a peer that asks for new keys and reads no answers is refused`() async throws {
    let pair = try await Pair.connected(rekeying: Rekeying(records: 0, asksPeer: true))
    defer { pair.close() }
    // Every write asks; the server, which only reads, keeps an answer to each of them.
    var refused: PouchError?
    for _ in 0..<2000 where refused == nil {
      try await pair.client.write([Bytes(utf8: "x")])
      refused = await outcome { () async throws(PouchError) in
        _ = try await pair.server.collect(1)
      }
    }
    #expect(refused?.code == .security)
    #expect(refused?.message == "the peer asks for new keys again and again")
  }

  @Test func `answers to a change of keys leave with the next write`() async throws {
    let pair = try await Pair.connected(rekeying: Rekeying(records: 0, asksPeer: true))
    defer { pair.close() }
    for round in 0..<100 {
      let text = Array("round \(round)".utf8)
      try await pair.client.write([Bytes(text)])
      #expect(try await pair.server.collect(text.count) == text)
      try await pair.server.write([Bytes(text)])
      #expect(try await pair.client.collect(text.count) == text)
    }
  }

  @Test func `a key is changed after its number of records or its hour`() {
    var rekeying = Rekeying(records: 10, age: .seconds(3600))
    let start = ContinuousClock.now
    let steps: [(bytes: Int, seconds: Int)] = [(9 * 16_384, 0), (1, 0), (1, 3000), (1, 3601)]
    let due = steps.map { step in
      rekeying.isDue(beforeBytes: step.bytes, now: start + .seconds(step.seconds))
    }
    #expect(due == [false, true, false, true])
    #expect(Rekeying().records == 1 << 23)
  }
}
