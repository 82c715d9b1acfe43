import Foundation
import Glibc
import PouchCore
import Subprocess
import Testing

@testable import PouchTLS

@Suite(.timeLimit(.minutes(1))) struct CertificateTests {
  private func write(
    _ directory: TemporaryDirectory, replaces: Bool = false, names: [String] = ["localhost", "::1"]
  ) throws -> [String] {
    try DevelopmentCertificates(receiverNames: names, senderNames: ["sender"], days: 30)
      .write(to: CredentialDirectory(directory.path, replaces: replaces))
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test func `create writes six files and keeps the keys to their owner`() throws {
    let directory = try TemporaryDirectory()
    let paths = try write(directory)
    let names = ["ca.key", "ca.pem", "receiver.key", "receiver.pem", "sender.key", "sender.pem"]
    #expect(directory.names == names)
    #expect(paths.sorted() == names.map { directory.file($0) })
    for name in names {
      #expect(mode(directory.file(name)) & 0o077 == (name.hasSuffix(".key") ? 0 : 0o044))
    }
  }

  @Test func `a byte order mark takes no certificate away`() throws {
    let directory = try TemporaryDirectory()
    _ = try write(directory)
    let (chain, marked) = (directory.file("receiver.pem"), directory.file("marked.pem"))
    let before = try Certificate.read(chain).map(\.fingerprint)
    let text = try String(contentsOfFile: chain, encoding: .utf8)
    try ("\u{FEFF}" + text).write(toFile: marked, atomically: false, encoding: .utf8)
    #expect(try Certificate.read(marked).map(\.fingerprint) == before)
    try text.write(toFile: marked, atomically: false, encoding: .utf16)
    #expect {
      _ = try Certificate.read(marked)
    } throws: { error in
      (error as? PouchError)?.message.hasSuffix("is text in UTF-16, not PEM") == true
    }
  }

  @Test func `nothing is overwritten unless it is said`() throws {
    let directory = try TemporaryDirectory()
    _ = try write(directory)
    unlink(directory.file("ca.pem"))
    let before = try Certificate.read(directory.file("receiver.pem")).map(\.fingerprint)
    #expect {
      _ = try write(directory)
    } throws: { error in
      let error = error as? PouchError
      return error?.code == .outputFailed && error?.message.contains("receiver.key") == true
        && error?.hint?.contains("--force") == true
    }
    #expect(try Certificate.read(directory.file("receiver.pem")).map(\.fingerprint) == before)
    #expect(!directory.names.contains("ca.pem"))
    _ = try write(directory, replaces: true)
    #expect(directory.names.count == 6)
    #expect(try Certificate.read(directory.file("receiver.pem")).map(\.fingerprint) != before)
    #expect(mode(directory.file("receiver.key")) == 0o600)
  }

  @Test func `a directory is made with those above it, and a file is none`() throws {
    let directory = try TemporaryDirectory()
    _ = try CredentialDirectory(directory.file("a/b/c"), replaces: false)
    #expect(access(directory.file("a/b/c"), F_OK) == 0)
    try #require(creat(directory.file("file"), 0o600) >= 0)
    #expect {
      _ = try CredentialDirectory(directory.file("file/x"), replaces: false)
    } throws: { ($0 as? PouchError)?.code == .outputFailed }
  }

  @Test func `certificates say what they are for`() throws {
    let directory = try TemporaryDirectory()
    _ = try write(directory, names: ["localhost", "10.0.0.5", "2001:db8::1", "spiffe://o/r"])
    let authority = try #require(try Certificate.read(directory.file("ca.pem")).first)
    #expect(authority.isAuthority)
    #expect(authority.keyUsage == ["keyCertSign", "cRLSign"])
    let receiver = try #require(try Certificate.read(directory.file("receiver.pem")).first)
    #expect(!receiver.isAuthority)
    #expect(receiver.keyUsage == ["digitalSignature"])
    #expect(receiver.extendedKeyUsage == ["serverAuth", "clientAuth"])
    #expect(
      receiver.names.map(\.description) == ["localhost", "10.0.0.5", "2001:db8::1", "spiffe://o/r"])
    #expect(receiver.subject == "CN=receiver")
    #expect(receiver.issuer == authority.subject)
    #expect(receiver.keyKind == "EC prime256v1")
    #expect(receiver.serialNumber.utf8.count == 32)
    #expect(receiver.fingerprint.utf8.count == 95)
    let (from, to) = (try #require(receiver.notBefore), try #require(receiver.notAfter))
    #expect(to.seconds - from.seconds == 30 * 86_400 + 3600)
    let report = receiver.report(now: Timestamp(seconds: to.seconds - 86_400))
    for text in ["CN=receiver", "localhost, 10.0.0.5", "(1 day left)", "serverAuth, clientAuth"] {
      #expect(report.contains(text))
    }
    #expect(receiver.report(now: Timestamp(seconds: to.seconds + 1)).contains("(expired)"))
    #expect(receiver.report(now: Timestamp(seconds: from.seconds - 1)).contains("(not yet valid)"))
  }

  @Test(.enabled(if: Tool.openssl.isInstalled, "openssl is not in the path"))
  func `openssl's strict verification accepts them`() async throws {
    let directory = try TemporaryDirectory()
    _ = try write(directory)
    for name in ["receiver.pem", "sender.pem"] {
      let tool = try await Tool.openssl.run([
        "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", directory.file("ca.pem"),
        directory.file(name),
      ])
      #expect(tool.output.hasSuffix(": OK\n"))
    }
    let key = try await Tool.openssl.run(["pkey", "-in", directory.file("sender.key"), "-noout"])
    #expect(key.status.isSuccess)
  }

  @Test func `verifying finds what a peer would refuse`() throws {
    let authority = try CertificateAuthority(validity: CertificateAuthority.validity(days: 30))
    let verifier = CertificateVerifier(authorities: [authority.certificate])
    func verdict(
      _ names: [CertificateName], _ wanted: CertificateName? = nil, at moment: Timestamp? = nil,
      uses: [String] = ["digitalSignature"]
    ) throws -> String? {
      var template = CertificateTemplate(
        commonName: "x", names: names, validity: CertificateAuthority.validity(days: 10))
      template.keyUsage = uses
      let issued = try authority.issue(template)
      do throws(PouchError) {
        try verifier.verify([issued.certificate], name: wanted, at: moment)
        return nil
      } catch {
        #expect(error.code == .security)
        return error.cause
      }
    }
    #expect(try verdict([dns("a")]) == nil)
    #expect(try verdict([dns("*.o.org")], dns("a.o.org")) == nil)
    #expect(try verdict([ip(127, 0, 0, 1)], ip(127, 0, 0, 1)) == nil)
    #expect(try verdict([uri("a://b")], uri("a://b")) == nil)
    #expect(try verdict([dns("a")], dns("b")) == "it is not for 'b'")
    #expect(try verdict([dns("127.0.0.1")], ip(127, 0, 0, 1)) == "it is not for '127.0.0.1'")
    #expect(try verdict([dns("a")], uses: []) == nil)
    #expect(
      try verdict([dns("a")], uses: ["keyEncipherment"])
        == "its key usage lacks digitalSignature, which TLS 1.3 demands: it is for keyEncipherment")
    #expect(try verdict([])?.contains("no DNS, IP or URI name") == true)
    #expect(try verdict([dns("a\0b")])?.contains("holds a NUL") == true)
    let late = Timestamp(seconds: Timestamp.now.seconds + 20 * 86_400)
    #expect(try verdict([dns("a")], at: late) == "certificate has expired")
    let stranger = try CertificateAuthority(validity: CertificateAuthority.validity(days: 1))
    #expect {
      try verifier.verify([stranger.certificate])
    } throws: { ($0 as? PouchError)?.cause == "self-signed certificate" }
  }

  @Test(arguments: [
    ("localhost", CertificateName.Kind.dns), ("*.example.org", .dns), ("a-b_c.d", .dns),
    ("127.0.0.1", .ip), ("::1", .ip), ("2001:DB8::", .ip), ("spiffe://o/r", .uri),
    ("urn://x", .uri),
  ])
  func `a name is read as what it is`(text: String, kind: CertificateName.Kind) throws {
    let name = try CertificateName(text)
    #expect(name.kind == kind)
    #expect(name.description == (kind == .ip ? text.lowercased() : text))
  }

  @Test(arguments: [
    "", ".", "a..b", "a b", "b\u{fc}cher.org", "*", "*.org", "a.*.b", "f*.o.org", "a\0b", "a,DNS:b",
    "\u{1B}[2J", String(repeating: "a", count: 64), "-/x",
  ])
  func `what is no name is refused`(text: String) {
    #expect { _ = try CertificateName(text) } throws: { ($0 as? PouchError)?.code == .usage }
  }

  @Test(arguments: [0, -1, 36_501])
  func `days that make no sense are refused`(days: Int) {
    #expect {
      _ = try DevelopmentCertificates(receiverNames: ["a"], senderNames: ["b"], days: days)
    } throws: { ($0 as? PouchError)?.code == .usage }
  }

  @Test(
    arguments: [
      ([0, 0, 0, 0, 0, 0, 0, 0], "::"), ([0, 0, 0, 0, 0, 0, 0, 1], "::1"),
      ([1, 0, 0, 0, 0, 0, 0, 0], "1::"), ([1, 0, 2, 3, 4, 5, 6, 7], "1:0:2:3:4:5:6:7"),
      ([1, 0, 0, 2, 0, 0, 0, 3], "1:0:0:2::3"), ([1, 0, 0, 2, 0, 0, 3, 4], "1::2:0:0:3:4"),
      ([0x2001, 0xDB8, 1, 2, 3, 4, 5, 0xFF], "2001:db8:1:2:3:4:5:ff"),
    ] as [([UInt16], String)])
  func `IPv6 addresses are written in their short form`(groups: [UInt16], text: String) {
    let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    #expect(CertificateName(unchecked: .ip, bytes).description == text)
  }

  @Test func `a stranger's name cannot write to the terminal`() {
    #expect(dns("a\u{1B}[2Jb\n").description == "a\\x1b[2Jb\\x0a")
  }
}
