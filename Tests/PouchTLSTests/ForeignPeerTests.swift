import PouchCore
import Testing

@testable import PouchTLS

/// Peers that do not speak TLS, or not for Pouch.
@Suite(.timeLimit(.minutes(1))) struct ForeignPeerTests {
  struct Opening: Sendable, CustomTestStringConvertible {
    var bytes: [UInt8]
    var seen: String
    var testDescription: String { seen }
  }

  private static let openings = [
    Opening(
      bytes: [0x8B] + Array("POUCH".utf8) + [1, 0], seen: "the preface of Pouch without TLS"),
    Opening(bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8), seen: "an HTTP request"),
    Opening(bytes: Array("HTTP/1.1 400 Bad Request\r\n".utf8), seen: "an HTTP response"),
    Opening(bytes: Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), seen: "an SSH banner"),
    Opening(bytes: Array("hello\n".utf8), seen: "plain text"),
    Opening(
      bytes: Array("1024      ".utf8),
      seen: "a length of 10 characters, as the length10 framing does"),
    Opening(bytes: [0x16, 0x09, 0x01, 0xFF], seen: "unknown bytes (16 09 01 ff)"),
    Opening(bytes: [0x00], seen: "unknown bytes (00)"),
  ]

  @Test(arguments: openings, [TLSRole.client, .server])
  func `is told from its first bytes, and gets an alert`(
    opening: Opening, role: TLSRole
  ) async throws {
    let shared = try Credentials.shared.get()
    let (near, far) = MemoryTransport.pair()
    let context = try TLSContext(
      shared.settings(role == .client ? "sender" : "receiver"), role: role)
    let stream = try TLSStream(wrapping: near, context: context, serverName: "localhost")
    defer { stream.close() }
    try await far.write([Bytes(opening.bytes)])
    for _ in 0..<2 {
      let error = await outcome { () async throws(PouchError) in try await stream.handshake() }
      #expect(error?.code == .protocolMismatch)
      #expect(error?.message == "the peer does not speak TLS: it sent \(opening.seen)")
      #expect(error?.hint?.contains("tcp://") == (role == .client))
    }
    try await near.finish()
    let answer = try await far.collect()
    #expect(answer.suffix(7) == [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x0A])
  }

  @Test(arguments: [0, 1, 4, 5, 100])
  func `that hangs up during the handshake is a truncation`(count: Int) async throws {
    let pair = try Pair()
    defer { pair.close() }
    pair.clientBase.change { Array($0.prefix(count)) }
    async let client = outcome { () async throws(PouchError) in try await pair.client.handshake() }
    try await pair.clientBase.finish()
    let error = await outcome { () async throws(PouchError) in try await pair.server.handshake() }
    #expect(error?.code == .truncated)
    pair.close()
    _ = await client
  }

  @Test func `bytes that are no handshake inside a TLS record are refused`() async throws {
    let shared = try Credentials.shared.get()
    let (near, far) = MemoryTransport.pair()
    let context = try TLSContext(shared.settings("receiver"), role: .server)
    let stream = try TLSStream(wrapping: near, context: context)
    defer { stream.close() }
    try await far.write([Bytes([0x16, 0x03, 0x01, 0x00, 0x04, 0xFF, 0x00, 0x00, 0x00])])
    let error = await outcome { () async throws(PouchError) in try await stream.handshake() }
    #expect(error?.code == .security)
    #expect(error?.cause != nil)
  }
}
