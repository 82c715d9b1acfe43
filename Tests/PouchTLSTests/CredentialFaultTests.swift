import Glibc
import PouchCore
import Testing

@testable import PouchTLS

/// What `--check` finds, before a peer does.
@Suite struct CredentialFaultTests {
  private let credentials: Credentials

  init() throws {
    credentials = try Credentials(Credentials.usual)
  }

  private var settings: TLSSettings { credentials.settings("receiver") }

  private func faults(
    _ settings: TLSSettings, _ role: TLSRole = .server, at now: Timestamp = .now
  ) -> [CredentialFault] {
    TLSContext.faults(settings, role: role, hosts: ["localhost"], at: now)
  }

  private func file(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
    try credentials.write(name, bytes, mode: mode)
    return credentials.directory.file(name)
  }

  private func contents(_ name: String) throws -> [UInt8] {
    let descriptor = open(credentials.directory.file(name), O_RDONLY)
    defer { close(descriptor) }
    return [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
  }

  @Test(arguments: [TLSRole.client, .server])
  func `good files have no faults`(role: TLSRole) {
    #expect(faults(settings, role).isEmpty)
  }

  @Test(arguments: [(-20, "is not valid before "), (15, "expired on ")] as [(Int64, String)])
  func `a certificate out of its time is found, and who is to blame`(
    days: Int64, reason: String
  ) {
    // The authority is good for 30 days, the certificate for 10.
    let now = Timestamp(seconds: Timestamp.now.seconds + days * 86_400)
    let found = faults(settings, at: now)
    #expect(found.first?.parts == [.certificate])
    #expect(found.first?.error.code == .security)
    #expect(found.first?.error.message.contains("receiver.pem': \(reason)") == true)
    #expect(found.first?.error.hint != nil)
    #expect(found.count == (days < 0 ? 2 : 1))
    #expect(days > 0 || found.last?.parts == [.trust])
  }

  @Test func `an authority out of its time is found, unless another is in the file`() throws {
    let now = Timestamp.now.seconds
    let old = try CertificateAuthority(commonName: "old", validity: now - 200_000...now - 100_000)
    let trust = try file("old.pem", old.certificate.pem())
    let found = faults(settings.with { $0.trust = trust })
    #expect(found.map(\.parts) == [[.trust]])
    #expect(found.first?.error.message.contains("the authority 'CN=old' expired on ") == true)
    let both = try file("both.pem", old.certificate.pem() + contents("ca.pem"))
    #expect(faults(settings.with { $0.trust = both }).isEmpty)
  }

  @Test func `a trust file without an authority is found`() {
    let leaf = credentials.directory.file("receiver.pem")
    let found = faults(settings.with { $0.trust = leaf })
    #expect(found.map(\.parts) == [[.trust]])
    #expect(found.first?.error.message.contains("holds no authority: 'CN=test'") == true)
    let key = credentials.directory.file("receiver.key")
    let other = faults(settings.with { $0.trust = key })
    #expect(other.map(\.parts) == [[.trust]])
    #expect(other.first?.error.message.contains("holds a private key, and no certificate") == true)
  }

  @Test func `a chain in the wrong order is found, and the right one is good`() throws {
    let (ca, leaf, other) = try (
      contents("ca.pem"), contents("receiver.pem"), contents("sender.pem")
    )
    for (chain, reason) in [
      (ca + leaf, "the key is that of certificate 2"), (leaf + other, "did not sign certificate 1"),
    ] {
      let path = try file("chain.pem", chain)
      let found = faults(settings.with { $0.certificate = path })
      #expect(found.map(\.parts) == [[.certificate]])
      #expect(found.first?.error.message.contains("is in the wrong order: ") == true)
      #expect(found.first?.error.message.contains(reason) == true)
    }
    let path = try file("chain.pem", leaf + ca)
    #expect(faults(settings.with { $0.certificate = path }).isEmpty)
  }

  @Test func `a swapped pair is told as that, and nobody is told to hide a certificate`() throws {
    let swapped = settings.with { swap(&$0.certificate, &$0.key) }
    let found = faults(swapped)
    #expect(found.map(\.parts) == [[.certificate, .key]])
    #expect(found.first?.error.message.contains("are swapped") == true)
    #expect(found.first?.error.hint == "exchange the two")
    let error = outcomeOf { () throws(PouchError) in _ = try TLSContext(swapped, role: .server) }
    #expect(error?.message.contains("are swapped") == true)
    // A certificate alone where the key should be, for everybody to read.
    let twice = settings.with { $0.key = $0.certificate }
    #expect(
      faults(twice).first?.error.message.contains("holds a certificate, and no private key") == true
    )
  }

  @Test func `a certificate and a key of different pairs are blamed on both`() {
    let mixed = settings.with { $0.certificate = credentials.directory.file("sender.pem") }
    #expect(faults(mixed).map(\.parts) == [[.certificate, .key]])
  }

  @Test(arguments: [TLSRole.client, .server])
  func `a key that may not sign is found, as a peer would`(role: TLSRole) throws {
    for (uses, isGood) in [(["keyAgreement"], false), (["digitalSignature"], true), ([], true)] {
      var template = try Credentials.template(["localhost"])
      template.keyUsage = uses
      let credentials = try Credentials(["receiver": template])
      let found = faults(credentials.settings("receiver"), role)
      #expect(found.map(\.parts) == (isGood ? [] : [[.certificate]]))
      guard let error = found.first?.error else { continue }
      #expect(error.code == .security && error.hint == Certificate.usableUsage)
      #expect(error.message.hasSuffix("which TLS 1.3 demands: it is for keyAgreement"))
      #expect(error.message.contains("receiver.pem' would be refused: "))
    }
  }

  @Test(arguments: ["secp256k1", "brainpoolP256r1", "P-384", "P-521"])
  func `a curve that no version of TLS takes is found`(curve: String) throws {
    let authority = try CertificateAuthority(validity: CertificateAuthority.validity(days: 30))
    let key = try PrivateKey(curve: curve)
    let template = try Credentials.template(["localhost"])
    let made = try template.make(
      for: key, issuer: authority.certificate, signer: authority.key)
    let own = settings.with {
      $0.certificate = try? file("odd.pem", made.pem())
      $0.key = try? file("odd.key", key.pem())
    }
    let found = faults(own)
    let isGood = curve.hasPrefix("P-")
    #expect(found.isEmpty == isGood)
    #expect(isGood || found.map(\.parts) == [[.certificate]])
    #expect(isGood || found.first?.error.message.contains("curve \(curve)") == true)
    let verifier = CertificateVerifier(authorities: [authority.certificate])
    let refusal = outcomeOf { () throws(PouchError) in try verifier.verify([made]) }
    #expect((refusal == nil) == isGood)
  }

  @Test func `a certificate for the other side alone is found`() throws {
    var template = try Credentials.template(["localhost"])
    template.usage = [.client]
    let one = try Credentials(["x": template])
    #expect(faults(one.settings("x"), .client).isEmpty)
    let found = faults(one.settings("x"), .server)
    #expect(found.map(\.parts) == [[.certificate]])
    #expect(found.first?.error.message.contains("the side that listens") == true)
    let nameless = try Credentials(["x": Credentials.template([])])
    #expect(
      faults(nameless.settings("x")).first?.error.message.contains("has no DNS, IP or URI name")
        == true)
  }

  @Test func `a PEM file as editors of other systems leave it is read`() throws {
    for name in ["ca.pem", "receiver.pem", "receiver.key"] {
      let lines = try contents(name).flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
      _ = try file(name, [0xEF, 0xBB, 0xBF] + lines)
    }
    #expect(faults(settings).isEmpty)
  }

  @Test func `what a file is instead is said`() throws {
    let utf16 = try file("utf16", [0xFF, 0xFE] + contents("receiver.pem").flatMap { [$0, 0] })
    let keys = try file("keys", contents("receiver.key") + contents("sender.key"))
    let request = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"
    let asked = try file("request", Array(request.utf8))
    for (certificate, key, text) in [
      (utf16, nil, "is text in UTF-16, not PEM"), (nil, keys, "holds 2 private keys"),
      (asked, nil, "holds a certificate request, and no certificate"),
      (nil, asked, "holds a certificate request, and no private key"),
    ] {
      let found = faults(
        settings.with {
          if let certificate { $0.certificate = certificate }
          if let key { $0.key = key }
        })
      #expect(found.map(\.parts) == [[key == nil ? .certificate : .key]])
      #expect(found.first?.error.message.contains(text) == true)
      #expect(found.first?.error.hint != nil)
    }
  }

  @Test(.enabled(if: Tool.openssl.isInstalled, "openssl is not in the path"))
  func `a file in DER form and a key that is too short are said`() async throws {
    let directory = credentials.directory
    let der = directory.file("ca.der")
    _ = try await Tool.openssl.run(
      ["x509", "-in", directory.file("ca.pem"), "-outform", "DER", "-out", der])
    let binary = faults(settings.with { $0.trust = der })
    #expect(binary.map(\.parts) == [[.trust]])
    #expect(binary.first?.error.message.contains("is in DER form") == true)
    #expect(binary.first?.error.hint?.hasPrefix("run: openssl x509 -inform DER") == true)
    let (key, certificate) = (directory.file("short.key"), directory.file("short.pem"))
    _ = try await Tool.openssl.run([
      "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out", certificate,
      "-subj", "/CN=short", "-addext", "subjectAltName=DNS:localhost",
    ])
    chmod(key, 0o600)
    let short = faults(
      settings.with {
        $0.certificate = certificate
        $0.key = key
      })
    #expect(short.map(\.parts) == [[.certificate]])
    #expect(short.first?.error.message.contains("its RSA key has 1024 bits") == true)
  }

  private func outcomeOf(_ body: () throws(PouchError) -> Void) -> PouchError? {
    do throws(PouchError) {
      try body()
      return nil
    } catch {
      return error
    }
  }
}
