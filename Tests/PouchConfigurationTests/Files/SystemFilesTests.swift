import Foundation
import Testing

@testable import PouchConfiguration

@Suite("The real file system")
struct SystemFilesTests {
  @Test("says what a file is, from its open descriptor")
  func facts() throws {
    try withDirectory { directory in
      let path = "\(directory)/a.key"
      try write("secret", to: path, mode: 0o640)
      #expect(
        try SystemFiles().facts(of: path) == FileFacts(kind: .regular, mode: 0o640, size: 6))
      #expect(try SystemFiles().facts(of: directory).kind == .directory)
      #expect(throws: FileProblem.missing) { try SystemFiles().facts(of: "\(directory)/none") }
      #expect(throws: FileProblem.missing) { try SystemFiles().facts(of: "\(path)/none") }
    }
  }

  @Test("does not wait for a pipe that nobody writes to", .timeLimit(.minutes(1)))
  func pipe() throws {
    try withDirectory { directory in
      let path = "\(directory)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let facts = try SystemFiles().facts(of: path)
      #expect(facts.kind == .other)
    }
  }

  @Test("reads a file up to a limit")
  func contents() throws {
    try withDirectory { directory in
      let path = "\(directory)/a.yaml"
      try write(String(repeating: "x", count: 100_000), to: path, mode: 0o600)
      #expect(try SystemFiles().contents(of: path, limit: 100_000).count == 100_000)
      #expect(throws: FileProblem.tooLarge) {
        try SystemFiles().contents(of: path, limit: 99_999)
      }
      #expect(throws: FileProblem.missing) {
        try SystemFiles().contents(of: "\(directory)/none", limit: 1)
      }
      #expect(throws: FileProblem.unreadable("it is a directory")) {
        try SystemFiles().contents(of: directory, limit: 1)
      }
    }
  }

  @Test("knows links and directories")
  func links() throws {
    try withDirectory { directory in
      let path = "\(directory)/link"
      try FileManager.default.createSymbolicLink(
        atPath: path, withDestinationPath: directory)
      #expect(SystemFiles().isSymbolicLink(path))
      #expect(!SystemFiles().isSymbolicLink(directory))
      #expect(!SystemFiles().isSymbolicLink("\(directory)/none"))
      #expect(SystemFiles().problem(withDirectory: directory) == nil)
      #expect(SystemFiles().problem(withDirectory: "\(directory)/none") == .missing)
      #expect(
        SystemFiles().problem(withDirectory: "/dev/null") == .unreadable("Not a directory"))
    }
  }

  @Test("a file on disk is read, and its key's permissions are checked")
  func reader() throws {
    try withDirectory { directory in
      let path = "\(directory)/sender.yaml"
      try write(
        """
        version: 1
        connect: unix:@x
        pipeline: [{integrity: {algorithm: hmac-sha-256, key: hmac.key}}]
        """, to: path, mode: 0o644)
      try write(String(repeating: "k", count: 32), to: "\(directory)/hmac.key", mode: 0o600)
      let reader = ConfigurationReader(file: path, environment: [:])
      #expect(try reader.sender().pipeline == [.hmacSHA256(key: "\(directory)/hmac.key")])
      #expect(chmod("\(directory)/hmac.key", 0o604) == 0)
      let text = errors { () throws(ConfigurationErrors) in try reader.sender() }
      #expect(
        text == """
          \(path):3:55: error: key file 'hmac.key' can be read by others (0604)
               = run: chmod 600 \(directory)/hmac.key
          1 error in 1 file. Nothing was started.
          """)
    }
  }

  @Test("certificates are read as a run would read them")
  func certificates() throws {
    try withDirectory { directory in
      for name in ["ca.pem", "me.pem", "me.key"] {
        try write("not PEM at all", to: "\(directory)/\(name)", mode: 0o600)
      }
      let path = "\(directory)/sender.yaml"
      try write(
        """
        version: 1
        connect: tls://localhost:7447
        tls: {trust: ca.pem, certificate: me.pem, key: me.key}
        """, to: path, mode: 0o644)
      let text = errors { () throws(ConfigurationErrors) in
        try ConfigurationReader(file: path, environment: [:]).sender()
      }
      #expect(
        text == """
          \(path):3:14: error: trust file '\(directory)/ca.pem' holds no certificate in PEM form
               = it begins with -----BEGIN CERTIFICATE-----
          \(path):3:35: error: certificate file '\(directory)/me.pem' holds no certificate in PEM form
               = it begins with -----BEGIN CERTIFICATE-----
          2 errors in 1 file. Nothing was started.
          """)
    }
  }

  // MARK: Files for a test

  private func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "pouch-configuration-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(directory)
  }

  private func write(_ text: String, to path: String, mode: mode_t) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    #expect(chmod(path, mode) == 0)
  }
}
