import Glibc
import PouchCore
import Testing

@testable import PouchTLS

@Suite struct SettingsTests {
  private let credentials: Credentials

  init() throws {
    credentials = try Credentials(Credentials.usual)
  }

  private func failure(
    _ settings: TLSSettings, _ role: TLSRole = .server
  ) -> PouchError? {
    do throws(PouchError) {
      _ = try TLSContext(settings, role: role)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [TLSRole.client, .server], TLSPolicy.all)
  func `good settings make a context`(role: TLSRole, policy: TLSPolicy) {
    #expect(failure(credentials.settings("receiver").with { $0.policy = policy }, role) == nil)
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o610, 0o601, 0o644, 0o777] as [mode_t])
  func `a key that others may use is refused`(mode: mode_t) {
    let settings = credentials.settings("receiver")
    let key = credentials.directory.file("receiver.key")
    chmod(key, mode)
    let error = failure(settings)
    #expect(error?.code == .security)
    #expect(
      error?.message == "private key '\(key)' can be read by others (0\(String(mode, radix: 8)))")
    #expect(error?.hint == "run: chmod 600 \(key)")
    chmod(key, 0o400)
    #expect(failure(settings) == nil)
  }

  @Test func `the key's own permissions count, not those of a link to it`() {
    let key = credentials.directory.file("receiver.key")
    let link = credentials.directory.file("link.key")
    #expect(symlink(key, link) == 0)
    let settings = credentials.settings("receiver").with { $0.key = link }
    #expect(failure(settings) == nil)
    chmod(key, 0o644)
    #expect(failure(settings)?.code == .security)
  }

  @Test(arguments: SettingsFile.allCases)
  func `a file that is missing is named`(file: SettingsFile) {
    var settings = credentials.settings("receiver")
    let missing = credentials.directory.file("missing")
    settings[file] = missing
    let error = failure(settings)
    #expect(error?.code == .inputMissing)
    #expect(error?.message.contains(missing) == true)
    #expect(error?.cause == "No such file or directory")
  }

  @Test(arguments: SettingsFile.allCases)
  func `a file that holds something else is named`(
    file: SettingsFile
  ) throws {
    var settings = credentials.settings("receiver")
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    for (name, contents) in [("empty", ""), ("text", "hello\n"), ("damaged", damaged)] {
      try credentials.write(name, Array(contents.utf8), mode: 0o600)
      settings[file] = credentials.directory.file(name)
      let error = failure(settings)
      #expect(error?.code == .configuration)
      #expect(error?.message.contains("/\(name)'") == true)
    }
    settings[file] = credentials.directory.path
    #expect(failure(settings)?.message.contains("is not a file") == true)
  }

  @Test func `a key of another certificate is refused`() {
    let settings = credentials.settings("receiver")
      .with { $0.key = credentials.directory.file("sender.key") }
    let error = failure(settings)
    #expect(error?.code == .security)
    #expect(error?.message.contains("does not belong to certificate") == true)
  }

  @Test func `a key with a passphrase is refused without asking for it`() throws {
    // Made with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes128
    let encrypted = """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiNat/ehkwryQICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEH4ZKTJu5G5+3mMNXHHF6R8EgZBj
      mI7cn/V44hfGy3Q5y70axyjDSHmJGMb0pFrFeky9ChbcPzAit+B+o8YXXoQILzJD
      SEXsRugW2gg4xsqcJwzjbTcjVy/PR+NwcAE1AUfJD2wrtcLPriikBNLsONuq8H2z
      +QgDrg5Y4Alsx286jjmlG0C066M81+jZ49C5Ok3myH3FXRpO5RVNWQ8RqWEfsSY=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    try credentials.write("locked.key", Array(encrypted.utf8), mode: 0o600)
    let locked = credentials.directory.file("locked.key")
    let error = failure(credentials.settings("receiver").with { $0.key = locked })
    #expect(error?.code == .configuration)
    #expect(error?.message == "private key '\(locked)' is protected by a passphrase")
  }

  @Test func `what is needed and not given is said before a file is read`() {
    #expect(failure(TLSSettings(), .client)?.message.contains("trusted authorities") == true)
    #expect(failure(TLSSettings(trust: "x"), .server)?.message.contains("certificate") == true)
    #expect(
      failure(TLSSettings(trust: "x", certificate: "y"), .client)?.message.contains("private key")
        == true)
    #expect(
      failure(TLSSettings(trust: "x", key: "y"), .client)?.message.contains("a certificate")
        == true)
    let settings = credentials.settings("receiver").with { $0.trust = nil }
    #expect(failure(settings)?.code == .configuration)
    #expect(failure(settings.with { $0.requiresPeerCertificate = false }) == nil)
    let allowed = credentials.settings("receiver").with { $0.allowedNames = ["a b"] }
    #expect(failure(allowed)?.code == .configuration)
  }

  @Test func `policies have names that configuration files use`() {
    #expect(TLSPolicy(name: "modern") == .modern)
    #expect(TLSPolicy(name: "compatible-2026") == .compatible2026)
    #expect(TLSPolicy(name: "anything") == nil)
    #expect(TLSPolicy.all.map(\.name) == ["modern", "compatible-2026"])
  }

  @Test func `an old OpenSSL is told from a new one`() {
    #expect(TLSLibrary.version.hasPrefix("OpenSSL 3."))
    #expect(TLSLibrary.isOutdated(0x3000_0150))
    #expect(!TLSLibrary.isOutdated(0x3000_0160))
    #expect(!TLSLibrary.isOutdated(0x3050_0000))
    #expect((TLSLibrary.warning == nil) == !TLSLibrary.isOutdated)
  }
}

/// A setting that is the path of a file.
enum SettingsFile: CaseIterable {
  case trust, certificate, key
}

extension TLSSettings {
  fileprivate subscript(file: SettingsFile) -> String? {
    get {
      switch file {
      case .trust: trust
      case .certificate: certificate
      case .key: key
      }
    }
    set {
      switch file {
      case .trust: trust = newValue
      case .certificate: certificate = newValue
      case .key: key = newValue
      }
    }
  }
}
