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

  @Test(arguments: [1, 100, 16_384, 16_385, 300_000, 3_000_000])
  func `what is written comes back through an echo`(count: Int) async throws {
    let pair = try await Pair.connected(capacity: 50_000)
    defer { pair.close() }
    let sent = pattern(count)
    async let echo: Void = pair.server.echo()
    async let received = pair.client.collect()
    try await pair.client.write([Bytes(sent)])
    try await pair.client.finish()
    #expect(try await received == sent)
    try await echo
  }
}
