import Testing

@testable import PouchConfiguration

@Suite("What errors look like")
struct RenderingTests {
  @Test("the two errors of a sender's and a receiver's file, as the design shows them")
  func twoFiles() throws {
    let text = """
      # A sender
      version: 1
      connect: tcp://localhost:7447



      pipeline:
        - compress: {algorithm: zstandard, level: 3}
      """
    var files = MemoryFiles.withCertificates()
    files.add("Certs/receiver.key", mode: 0o644)
    let other = """
      version: 1
      listen: tls://localhost:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/receiver.pem,
           key: ../Certs/receiver.key}
      """
    let first = #expect(throws: ConfigurationErrors.self) { try sender(text) }
    let second = #expect(throws: ConfigurationErrors.self) { try receiver(other, files: files) }
    let merged = ConfigurationErrors(merging: [try #require(second), try #require(first)])
    #expect(
      merged.description == """
        Configs/receiver.yaml:4:11: error: private key '../Certs/receiver.key' can be read by \
        others (0644)
             = run: chmod 600 Certs/receiver.key
        Configs/sender.yaml:8:27: error: unknown algorithm 'zstandard' for 'compress'
           8 |   - compress: {algorithm: zstandard, level: 3}
             |                           ^~~~~~~~~
             = available: deflate, none
        2 errors in 2 files. Nothing was started.
        """)
  }
}
