import Pouch
import PouchCore
import PouchTLS
import Testing

@testable import PouchConfiguration

@Suite("Precedence")
struct PrecedenceTests {
  /// Which sources say something, and which must win: 5 is the default.
  static let matrix: [(file: Bool, environment: Bool, set: Bool, option: Bool)] =
    (0..<16).map { bits in (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0, bits & 8 != 0) }

  @Test("defaults, file, environment, --set, named option, from low to high", arguments: matrix)
  func order(_ says: (file: Bool, environment: Bool, set: Bool, option: Bool)) throws {
    let configuration = try sender(
      "version: 1\nconnect: unix:@x\n" + (says.file ? "limits: {connections: 1, object: 7}" : ""),
      environment: says.environment ? ["POUCH_LIMITS__CONNECTIONS": "200"] : [:],
      set: says.set ? ["limits.connections=300"] : [],
      options: says.option ? [SettingOption("--connections", "limits.connections", "400")] : [],
      files: .withCertificates())
    let expected =
      says.option ? 400 : says.set ? 300 : says.environment ? 200 : says.file ? 1 : 1_024
    #expect(configuration.limits.connections == expected)
    // What only the file says is not lost to what others say of its section.
    #expect(configuration.limits.object == (says.file ? 7 : 256 << 20))
  }

  @Test("the last of several --set wins")
  func last() throws {
    let configuration = try sender(
      "version: 1\nconnect: unix:@x\n", set: ["log.level=error", "log.level=debug"])
    #expect(configuration.log.level == .debug)
  }

  @Test("a higher 'listen' takes the place of a lower 'connect'")
  func direction() throws {
    let text = "version: 1\nconnect: unix:@x\n"
    let listening = EndpointSettings.listen([.unix(abstract: "y")])
    #expect(try sender(text, set: ["listen=unix:@y"]).endpoints == listening)
    #expect(
      try sender(text, environment: ["POUCH_LISTEN": "unix:@y"]).endpoints == listening)
    #expect(
      try sender(
        text, set: ["connect=unix:@z"], options: [SettingOption("--listen", "listen", "unix:@y")]
      ).endpoints == listening)
  }

  @Test("named options add up, and replace the list of the file")
  func options() throws {
    let configuration = try sender(
      "version: 1\nconnect: unix:@x\npipeline: [{integrity: {algorithm: sha-256}}]\n",
      options: [
        SettingOption("--to", "connect", list: ["unix:@a", "unix:@b"]),
        SettingOption("--to", "connect", "unix:@c"),
        SettingOption("--compress", "pipeline", yaml: "[{compress: {algorithm: deflate}}]"),
        SettingOption("--integrity", "pipeline", yaml: "[{integrity: {algorithm: crc32c}}]"),
      ])
    #expect(
      configuration.endpoints
        == .connect([.unix(abstract: "a"), .unix(abstract: "b"), .unix(abstract: "c")]))
    #expect(configuration.pipeline == [.deflate(level: 1, minimum: 512), .crc32c])
  }

  @Test("lists and sections outside a file are YAML")
  func yaml() throws {
    let configuration = try sender(
      "version: 1\n",
      environment: ["POUCH_CONNECT": "[unix:@a, unix:@b]"],
      set: ["limits={frame: 1 MiB, connections: 3}", "limits.connections=4"])
    #expect(configuration.endpoints.endpoints.count == 2)
    #expect(configuration.limits.frame == 1 << 20)
    #expect(configuration.limits.connections == 4)
  }

  @Test("an empty variable says nothing, and those of the other role are left alone")
  func environment() throws {
    let configuration = try sender(
      "version: 1\nconnect: unix:@x\n",
      environment: [
        "POUCH_LIMITS__FRAME": "", "POUCH_OUTPUT__DIRECTORY": "/nowhere", "POUCH_HOST": "x",
        "POUCH_VERSION": "9", "POUCH_PIPELINE__REQUIRE": "crc32c",
      ])
    #expect(configuration.limits.frame == 16 << 20)
  }

  @Test("paths of options and variables are relative to the current directory")
  func paths() throws {
    var files = MemoryFiles.withCertificates()
    files.add("other.pem", mode: 0o644)
    let configuration = try sender(
      "version: 1\nconnect: tls://db1:7447\ntls: {trust: ../Certs/ca.pem}\n",
      options: [SettingOption("--trust", "tls.trust", "other.pem")], files: files)
    #expect(configuration.tls?.trust == "other.pem")
  }

  @Test("without a file, the command says everything")
  func noFile() throws {
    let reader = ConfigurationReader(
      file: nil, environment: [:],
      options: [SettingOption("--to", "connect", "tcp://localhost:7447")])
    #expect(try reader.sender().endpoints == .connect([.tcp("localhost", 7447)]))
    let text = errors { () throws(ConfigurationErrors) in
      try ConfigurationReader(file: nil, environment: [:]).sender()
    }
    #expect(
      text == """
        command line: error: it says neither where to connect nor where to listen
             = add --to ENDPOINT or --listen ENDPOINT
        1 error. Nothing was started.
        """)
  }

  @Test("an endpoint that an option names may do without the file's TLS")
  func plainOption() throws {
    let configuration = try sender(
      "version: 1\nconnect: tls://db1:7447\ntls: {trust: ../Certs/ca.pem}\n",
      options: [SettingOption("--to", "connect", "tcp://localhost:1")])
    #expect(configuration.tls == nil)
    #expect(configuration.endpoints == .connect([.tcp("localhost", 1)]))
  }
}
