import Pouch
import PouchCore
import PouchTLS
import Testing

@testable import PouchConfiguration

@Suite("What is read")
struct ReadingTests {
  @Test("a sender's file with every setting")
  func wholeSender() throws {
    let configuration = try sender(
      """
      version: 1
      connect: [tls://db1:7447, "tls://[::1]:7447", unix:../pouch.sock]
      insecure: true
      tls:
        trust: ../Certs/ca.pem
        certificate: ../Certs/sender.pem
        key: ../Certs/sender.key
        policy: compatible-2026
        server-name: receiver.example.org
        allow: [receiver.example.org, 'spiffe://example.org/receiver']
      pipeline:
        - compress: {algorithm: deflate, level: 9, minimum: 1 KiB}
        - compress: {algorithm: none}
        - integrity: {algorithm: crc32c}
        - integrity: {algorithm: sha-256}
        - integrity: {algorithm: hmac-sha-256, key: ../Certs/hmac.key}
      delivery: {acknowledge: received, window: 1 MiB, window-objects: 10, timeout: 30 s}
      limits: {frame: 1 MiB, object: 2 MiB, stream: 1 TiB, connections: 7, unauthenticated: 3, silent: 4}
      timeouts:
        connect: 1 s
        opening: 1500 ms
        tls-handshake: 2 s
        hello: 3 s
        body: 4 s
        heartbeat: 5 s
        close: 6 s
        drain: 7 s
      input: {format: json, raw: true, each-line: true}
      log: {level: debug, format: json}
      """)
    var limits = Limits()
    (limits.frame, limits.object, limits.stream) = (1 << 20, 2 << 20, 1 << 40)
    (limits.connections, limits.unauthenticated, limits.silent) = (7, 3, 4)
    var timeouts = Timeouts()
    (timeouts.connect, timeouts.tlsHandshake, timeouts.hello) = (
      .seconds(1), .seconds(2), .seconds(3)
    )
    timeouts.opening = .milliseconds(1500)
    (timeouts.body, timeouts.heartbeat) = (.seconds(4), .seconds(5))
    (timeouts.close, timeouts.drain) = (.seconds(6), .seconds(7))
    #expect(
      configuration
        == SenderConfiguration(
          endpoints: .connect([.tls("db1", 7447), .tls("::1", 7447), .unix(path: "pouch.sock")]),
          insecure: true, framing: .pouch,
          tls: TLSSettings(
            trust: "Certs/ca.pem", certificate: "Certs/sender.pem", key: "Certs/sender.key",
            serverName: "receiver.example.org",
            allowedNames: ["receiver.example.org", "spiffe://example.org/receiver"],
            policy: .compatible2026),
          pipeline: [
            .deflate(level: 9, minimum: 1_024), .crc32c, .sha256,
            .hmacSHA256(key: "Certs/hmac.key"),
          ],
          limits: limits, timeouts: timeouts,
          delivery: DeliverySettings(
            acknowledge: .received, window: Window(objects: 10, bytes: 1 << 20),
            timeout: .seconds(30), isBroadcast: false, receivers: nil),
          input: InputSettings(format: .json, isText: true, isEachLine: true),
          log: LogSettings(level: .debug, format: .json)))
  }

  @Test("a receiver's file, written as JSON")
  func wholeReceiver() throws {
    let configuration = try receiver(
      """
      {
      \t"version": 1,
      \t"listen": ["tls://0.0.0.0:7447"],
      \t"tls": {"trust":"../Certs/ca.pem","certificate":"../Certs/receiver.pem",
      \t        "key": "../Certs/receiver.key", "peer-certificate": "none"},
      \t"pipeline": {"require": ["hmac-sha-256"], "allow": ["deflate"],
      \t             "hmac-key": "../Certs/hmac.key"},
      \t"delivery": {"window": 1024},
      \t"output": {"directory": "../received", "on-conflict": "refuse", "count": 3},
      \t"limits": {"stream": "unlimited"},
      \t"formats": ["raw", "pickle"], "pickle": {"numpy": true}
      }
      """)
    #expect(
      configuration
        == ReceiverConfiguration(
          endpoints: .listen([.tls("0.0.0.0", 7447)]), insecure: false, framing: .pouch,
          formats: [.raw, .pickle], allowsNumPy: true,
          tls: TLSSettings(
            trust: "Certs/ca.pem", certificate: "Certs/receiver.pem",
            key: "Certs/receiver.key", requiresPeerCertificate: false),
          pipeline: PipelineDemand(
            require: ["hmac-sha-256"], allow: ["deflate"], hmacKey: "Certs/hmac.key"),
          limits: Limits(), timeouts: Timeouts(),
          window: Window(objects: Window.standard.objects, bytes: 1_024),
          output: OutputSettings(
            directory: "received", onConflict: .refuse, form: nil, isStrict: false, count: 3),
          log: LogSettings(level: .info, format: .text)))
  }

  @Test("the defaults are the library's own")
  func defaults() throws {
    let options = SenderOptions()
    let sender = try sender("version: 1\nconnect: unix:@x\nlimits:\n")
    #expect(sender.limits == options.limits)
    #expect(sender.timeouts == options.timeouts)
    #expect(sender.delivery.acknowledge == options.acknowledge)
    #expect(sender.delivery.window == options.window)
    #expect(sender.delivery.timeout == nil)
    #expect(sender.pipeline.isEmpty && sender.tls == nil && !sender.insecure)
    let receiver = try receiver("version: 1\nconnect: unix:@x\n")
    #expect(receiver.window == ReceiverOptions().window)
    #expect(receiver.pipeline.require.isEmpty)
    #expect(receiver.pipeline.allow == ["deflate", "crc32c", "sha-256"])
    #expect(receiver.output.directory == nil && receiver.output.form == nil)
    #expect(receiver.formats == [.raw, .cbor, .json])
    #expect(receiver.framing == .pouch && !receiver.allowsNumPy)
    #expect(sender.input == InputSettings())
  }

  @Test("a key makes hmac-sha-256 acceptable, and what is required is not listed twice")
  func hmacAllowed() throws {
    let allowed = try receiver(
      "version: 1\nlisten: unix:@x\npipeline: {require: [crc32c], hmac-key: ../Certs/hmac.key}\n")
    #expect(allowed.pipeline.require == ["crc32c"])
    #expect(allowed.pipeline.allow == ["deflate", "sha-256", "hmac-sha-256"])
  }

  @Test("an alias stands for what it names, and a quoted value for itself")
  func aliases() throws {
    let configuration = try sender(
      """
      version: 1
      connect: &there 'unix:@x'
      limits: {connections: &few "3", unauthenticated: *few}
      """)
    #expect(configuration.limits.connections == 3)
    #expect(configuration.limits.unauthenticated == 3)
  }

  @Test("a byte order mark and Windows line ends do not matter")
  func windows() throws {
    let text = "\u{FEFF}version: 1\r\nconnect: unix:@x\r\nlog: {level: loud}\r\n"
    let message = errors { () throws(ConfigurationErrors) in try sender(text) }
    #expect(message.hasPrefix("Configs/sender.yaml:3:14: error: unknown level"))
    #expect(message.contains("\n   3 | log: {level: loud}\n     |              ^~~~\n"))
  }
}
