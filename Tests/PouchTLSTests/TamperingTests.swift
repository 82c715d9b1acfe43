import PouchCore
import Testing

@testable import PouchTLS

@Suite(.timeLimit(.minutes(1))) struct TamperingTests {
  enum Side: CaseIterable { case client, server }

  @Test(arguments: Side.allCases)
  func `an end without close_notify is a truncation`(side: Side) async throws {
    let pair = try await Pair.connected()
    defer { pair.close() }
    let (cutter, victim, base) =
      side == .client
      ? (pair.server, pair.client, pair.serverBase) : (pair.client, pair.server, pair.clientBase)
    try await cutter.write([Bytes(utf8: "half a sentence")])
    try await base.finish()
    #expect(try await victim.collect(15) == Array("half a sentence".utf8))
    for _ in 0..<2 {
      let error = await outcome { () async throws(PouchError) in _ = try await victim.collect() }
      #expect(error?.code == .truncated)
    }
  }

  @Test(arguments: Side.allCases)
  func `an end with close_notify is clean`(side: Side) async throws {
    let pair = try await Pair.connected()
    defer { pair.close() }
    let (ending, other) =
      side == .client ? (pair.server, pair.client) : (pair.client, pair.server)
    try await ending.write([Bytes(utf8: "a sentence.")])
    try await ending.finish()
    #expect(try await other.collect() == Array("a sentence.".utf8))
  }

  @Test func `a stream cut at any byte ends in a truncation and delivers whole records alone`()
    async throws
  {
    let text = Array("ten bytes!".utf8)
    let length = 5 + text.count + 17
    for cut in 0..<length {
      let pair = try await Pair.connected()
      defer { pair.close() }
      pair.clientBase.change { Array($0.prefix(cut)) }
      try await pair.client.write([Bytes(text)])
      try await pair.clientBase.finish()
      var buffer = ByteBuffer()
      let error = await outcome { () async throws(PouchError) in
        _ = try await pair.server.read(into: &buffer)
      }
      #expect(error?.code == .truncated, "cut at \(cut)")
      #expect(buffer.freeze().isEmpty)
    }
  }

  @Test func `a record with any bit changed is never delivered`() async throws {
    let text = Array("abc".utf8)
    let length = 5 + text.count + 17
    for bit in 0..<length * 8 {
      let pair = try await Pair.connected()
      defer { pair.close() }
      pair.clientBase.change { bytes in
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return bytes
      }
      try await pair.client.write([Bytes(text)])
      try await pair.clientBase.finish()
      var buffer = ByteBuffer()
      let error = await outcome { () async throws(PouchError) in
        _ = try await pair.server.read(into: &buffer)
      }
      // A longer length leaves the record unfinished; everything else is caught by its seal.
      #expect(error?.code == .security || error?.code == .truncated, "bit \(bit)")
      #expect(error?.cause != nil)
      #expect(buffer.freeze().isEmpty, "bit \(bit)")
    }
  }

  @Test func `a record that comes again is not delivered again`() async throws {
    let pair = try await Pair.connected()
    defer { pair.close() }
    pair.clientBase.change { $0 + $0 }
    try await pair.client.write([Bytes(utf8: "once")])
    #expect(try await pair.server.collect(4) == Array("once".utf8))
    let error = await outcome { () async throws(PouchError) in _ = try await pair.server.collect() }
    #expect(error?.code == .security)
    #expect(error?.cause?.contains("bad record mac") == true)
  }

  @Test func `the side that sent a bad record is told so`() async throws {
    let pair = try await Pair.connected()
    defer { pair.close() }
    pair.clientBase.change { $0.dropLast() + [$0.last.map { $0 ^ 1 } ?? 0] }
    try await pair.client.write([Bytes(utf8: "damaged")])
    _ = await outcome { () async throws(PouchError) in _ = try await pair.server.collect() }
    let told = await outcome { () async throws(PouchError) in _ = try await pair.client.collect() }
    #expect(told?.code == .security)
    #expect(told?.cause?.contains("alert bad record mac") == true)
    // Nothing more goes through a session that failed.
    let writing = await outcome { () async throws(PouchError) in
      try await pair.server.write([Bytes(utf8: "x")])
    }
    #expect(writing?.code == .security)
  }
}
