import PouchCore
import Testing

@testable import PouchTLS

/// The names and dates of certificates, as the side that checks them sees them.
@Suite(.timeLimit(.minutes(1))) struct IdentityTests {
  private static let loopback: CertificateName = ip(127, 0, 0, 1)
  private static let loopback6: CertificateName = ip(
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
  private static let unsigning = "its key usage lacks digitalSignature"
  private static let mismatch = "hostname mismatch"
  private static let addressMismatch = "IP address mismatch"

  private static let servers: [CertificateCase] = [
    .init("its name", [dns("localhost")], wants: "localhost"),
    .init("its name in capitals", [dns("LocalHost")], wants: "localhost"),
    .init("its name asked for in capitals", [dns("localhost")], wants: "LOCALHOST"),
    .init("its name asked for with a dot behind", [dns("localhost")], wants: "localhost."),
    .init("the last of many names", (0..<30).map { dns("h\($0)") } + [dns("x")], wants: "x"),
    .init("a wildcard", [dns("*.example.org")], wants: "a.example.org"),
    .init("its IPv4 address", [loopback], wants: "127.0.0.1"),
    .init("its IPv6 address", [loopback6], wants: "::1"),
    .init("its IPv6 address at length", [loopback6], wants: "0:0:0:0:0:0:0:1"),
    .init("an IPv6 address with a zone", [loopback6], wants: "::1%lo"),
    .init("an international name", [dns("xn--bcher-kva.org")], wants: "xn--bcher-kva.org"),
    .init("a name and one URI", [dns("localhost"), uri("spiffe://o/r")], wants: "localhost"),
    .init("the URI that is asked for", [uri("spiffe://o/r")], wants: "spiffe://o/r"),
    .init("server alone", [dns("localhost")], wants: "localhost").with { $0.usage = .server },
    .init("no usage at all", [dns("localhost")], wants: "localhost").with { $0.usage = [] },
    .init("no key usage", [dns("localhost")], wants: "localhost").with { $0.keyUsage = [] },
    .init("a key to sign and to agree", [dns("localhost")], wants: "localhost")
      .with { $0.keyUsage = ["digitalSignature", "keyAgreement"] },

    .init("another name", [dns("other")], wants: "localhost").refused(mismatch),
    .init("a longer name", [dns("localhost.evil.org")], wants: "localhost").refused(mismatch),
    .init("a common name alone", [], wants: "localhost").with { $0.commonName = "localhost" }
      .refused(mismatch),
    .init("the right common name, another name", [dns("other")], wants: "localhost")
      .with { $0.commonName = "localhost" }.refused(mismatch),
    .init("an address as a DNS name", [dns("127.0.0.1")], wants: "127.0.0.1")
      .refused(addressMismatch),
    .init("an address as the common name", [dns("x")], wants: "127.0.0.1")
      .with { $0.commonName = "127.0.0.1" }.refused(addressMismatch),
    .init("another address", [ip(127, 0, 0, 2)], wants: "127.0.0.1").refused(addressMismatch),
    .init("a name where an address is asked for", [dns("localhost")], wants: "127.0.0.1")
      .refused(addressMismatch),
    .init("an address where a name is asked for", [loopback], wants: "localhost")
      .refused(mismatch),
    .init("a wildcard two labels up", [dns("*.example.org")], wants: "a.b.example.org")
      .refused(mismatch),
    .init("a wildcard for the name itself", [dns("*.example.org")], wants: "example.org")
      .refused(mismatch),
    .init("a partial wildcard", [dns("f*.example.org")], wants: "foo.example.org")
      .refused(mismatch),
    .init("a wildcard in the middle", [dns("a.*.example.org")], wants: "a.b.example.org")
      .refused(mismatch),
    .init("a wildcard for a top domain", [dns("*.org")], wants: "example.org").refused(mismatch),
    .init("a wildcard for everything", [dns("*")], wants: "localhost").refused(mismatch),
    .init("two wildcards", [dns("*.*.org")], wants: "a.b.org").refused(mismatch),
    .init("a wildcard URI", [uri("spiffe://o/*")], wants: "spiffe://o/r").refused("is not for"),
    .init("a NUL after the name", [dns("localhost\0.evil.org")], wants: "localhost")
      .refused(mismatch),
    .init("a NUL in another name", [dns("localhost"), dns("a\0b")], wants: "localhost")
      .refused("holds a NUL"),
    .init("a NUL in a URI", [uri("spiffe://o/r\0x")], wants: "spiffe://o/r")
      .refused("holds a NUL"),
    .init("two URIs", [uri("spiffe://o/r"), uri("spiffe://o/s")], wants: "spiffe://o/r")
      .refused("more than one URI"),
    .init(
      "a name and two URIs", [dns("localhost"), uri("a://b"), uri("c://d")], wants: "localhost"
    )
    .refused("more than one URI"),
    .init("another URI", [uri("spiffe://o/s")], wants: "spiffe://o/r").refused("is not for"),
    .init("the start of the URI", [uri("spiffe://o/")], wants: "spiffe://o/r")
      .refused("is not for"),
    .init("the URI in capitals", [uri("spiffe://o/R")], wants: "spiffe://o/r")
      .refused("is not for"),
    .init(
      "a name that is not ASCII", [dns("localhost"), dns("b\u{fc}cher.org")], wants: "localhost"
    )
    .refused("not visible ASCII"),
    .init("a name with a space", [dns("localhost"), dns(" localhost")], wants: "localhost")
      .refused("not visible ASCII"),
    .init("an empty name", [dns("localhost"), dns("")], wants: "localhost").refused("is empty"),
    .init("an address of five bytes", [dns("localhost"), ip(1, 2, 3, 4, 5)], wants: "localhost")
      .refused("neither 4 nor 16"),
    .init("expired", [dns("localhost")], wants: "localhost").with { $0.days = -20 ... -1 }
      .refused("certificate has expired"),
    .init("not yet valid", [dns("localhost")], wants: "localhost").with { $0.days = 1...20 }
      .refused("certificate is not yet valid"),
    .init("client alone", [dns("localhost")], wants: "localhost").with { $0.usage = .client }
      .refused("unsuitable certificate purpose"),
    .init("a key that may agree alone", [dns("localhost")], wants: "localhost")
      .with { $0.keyUsage = ["keyAgreement"] }.refused(unsigning),
    .init("a key that may encipher alone", [dns("localhost")], wants: "localhost")
      .with { $0.keyUsage = ["keyEncipherment", "dataEncipherment"] }.refused(unsigning),
    .init("an authority", [dns("localhost")], wants: "localhost").with { $0.isAuthority = true }
      .refused("unsuitable certificate purpose"),
    .init("another authority's", [dns("localhost")], wants: "localhost")
      .with { $0.signer = .stranger }.refused("unable to get local issuer certificate"),
    .init("its own signature", [dns("localhost")], wants: "localhost").with { $0.signer = .itself }
      .refused("self-signed certificate"),
    .init("signed by a certificate that may not", [dns("localhost")], wants: "localhost")
      .with { $0.signer = .aLeaf }.refused("invalid CA certificate"),
  ]

  @Test(arguments: servers)
  func `a client believes or refuses a server that has`(example: CertificateCase) async throws {
    let credentials = try example.credentials()
    let pair = try Pair(
      client: TLSSettings(trust: credentials.trust),
      server: credentials.settings("test").with { $0.requiresPeerCertificate = false },
      name: example.wanted)
    defer { pair.close() }
    let (client, server) = await pair.shakeHands()
    guard let reason = example.reason else {
      #expect(client == nil && server == nil)
      #expect(pair.client.peer.names == example.names.map(\.description))
      return
    }
    #expect(client?.code == .security)
    #expect(client?.cause?.contains(reason) == true, "\(client?.cause ?? "no cause")")
    #expect(client?.hint != nil)
    #expect(reason != Self.unsigning || client?.hint == Certificate.usableUsage)
    // The server is told by an alert, and nobody has a name that was not proven.
    #expect(server?.code == .security)
    #expect(server?.cause?.contains("alert") == true)
    #expect(pair.client.peer.names.isEmpty && pair.server.peer.names.isEmpty)
  }

  private static let clients: [CertificateCase] = [
    .init("a DNS name", [dns("sender")]),
    .init("an address", [loopback]),
    .init("a URI", [uri("spiffe://o/s")]),
    .init("the DNS name that is allowed", [dns("a"), dns("Sender")], wants: "sender"),
    .init("the URI that is allowed", [uri("spiffe://o/s")], wants: "spiffe://o/s"),
    .init("the address that is allowed", [loopback6], wants: "0::1"),
    .init("client alone", [dns("sender")]).with { $0.usage = .client },
    .init("no key usage", [dns("sender")]).with { $0.keyUsage = [] },

    .init("a DNS name that is not allowed", [dns("other")], wants: "sender")
      .refused("none of its names is allowed"),
    .init("a wildcard over what is allowed", [dns("*.o.org")], wants: "sender.o.org")
      .refused("none of its names is allowed"),
    .init("a URI like the DNS name that is allowed", [uri("sender")], wants: "sender")
      .refused("none of its names is allowed"),
    .init("a common name alone", []).with { $0.commonName = "sender" }
      .refused("no DNS, IP or URI name"),
    .init("the allowed name as common name", [dns("x")], wants: "sender")
      .with { $0.commonName = "sender" }.refused("none of its names is allowed"),
    .init("two URIs", [uri("a://b"), uri("c://d")]).refused("more than one URI"),
    .init("a NUL", [dns("sender\0x")]).refused("holds a NUL"),
    .init("expired", [dns("sender")]).with { $0.days = -20 ... -1 }
      .refused("certificate has expired"),
    .init("not yet valid", [dns("sender")]).with { $0.days = 1...20 }
      .refused("certificate is not yet valid"),
    .init("server alone", [dns("sender")]).with { $0.usage = .server }
      .refused("unsuitable certificate purpose"),
    .init("a key that may agree alone", [dns("sender")])
      .with { $0.keyUsage = ["keyAgreement"] }.refused(unsigning),
    .init("another authority's", [dns("sender")]).with { $0.signer = .stranger }
      .refused("unable to get local issuer certificate"),
    .init("its own signature", [dns("sender")]).with { $0.signer = .itself }
      .refused("self-signed certificate"),
  ]

  @Test(arguments: clients)
  func `a server believes or refuses a client that has`(example: CertificateCase) async throws {
    let credentials = try example.credentials()
    // The server's own certificate comes from another authority, which the client trusts.
    let shared = try Credentials.shared.get()
    let client = credentials.settings("test").with { $0.trust = shared.trust }
    let server = shared.settings("receiver").with {
      $0.trust = credentials.trust
      $0.allowedNames = example.wanted.map { [$0] } ?? []
    }
    let pair = try Pair(client: client, server: server)
    defer { pair.close() }
    let (connected, refused) = await pair.shakeHands()
    #expect(connected == nil)
    guard let reason = example.reason else {
      #expect(refused == nil)
      #expect(pair.server.peer.names == example.names.map(\.description))
      return
    }
    #expect(refused?.code == .security)
    #expect(refused?.cause?.contains(reason) == true, "\(refused?.cause ?? "no cause")")
    #expect(reason != Self.unsigning || refused?.hint == Certificate.usableUsage)
    #expect(pair.server.peer.names.isEmpty)
    // A client of TLS 1.3 believes that it is connected, and learns the truth when it reads.
    let told = await outcome { () async throws(PouchError) in
      _ = try await pair.client.collect()
    }
    #expect(told?.code == .security)
    #expect(told?.cause?.contains("alert") == true, "\(told?.cause ?? "no cause")")
  }

  @Test func `a client without a certificate is refused and told so`() async throws {
    let shared = try Credentials.shared.get()
    let pair = try Pair(client: TLSSettings(trust: shared.trust))
    defer { pair.close() }
    let (_, refused) = await pair.shakeHands()
    #expect(refused?.code == .security)
    #expect(refused?.message == "the peer has no certificate")
    let told = await outcome { () async throws(PouchError) in
      _ = try await pair.client.collect()
    }
    #expect(told?.code == .security)
    #expect(told?.cause?.contains("certificate required") == true)
    #expect(told?.hint == "give this side a certificate and its key")
  }

  @Test(arguments: ["", ".", ".example.org", "*.example.org", "a b", "b\u{fc}cher.org", "a\0b"])
  func `a client refuses to ask for a name that would not be checked`(name: String) throws {
    #expect { try Pair(name: name) } throws: { ($0 as? PouchError)?.code == .configuration }
  }
}

extension TLSSettings {
  func with(_ change: (inout TLSSettings) -> Void) -> TLSSettings {
    var copy = self
    change(&copy)
    return copy
  }
}
