import Foundation

/// Certificates of an authority made for this run, in a directory that goes with it.
final class Credentials: Sendable {
  /// A name that the server's certificate has.
  static let name = "localhost"

  let directory: String

  var trust: String { directory + "/ca.pem" }
  var certificate: String { directory + "/receiver.pem" }
  var key: String { directory + "/receiver.key" }
  var clientCertificate: String { directory + "/sender.pem" }
  var clientKey: String { directory + "/sender.key" }

  /// Makes them with `pouch-certs`, which stands beside this program.
  init() throws {
    let parent = FileManager.default.temporaryDirectory.path()
    directory = parent + "/pouch-peers-\(UUID().uuidString)"
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "pouch-certs")
    let process = Process()
    process.executableURL = program
    process.arguments = [
      "create", "--output", directory, "--name", Self.name, "--name", "127.0.0.1",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw SystemCallError(
        call: program.path(), reason: "exit status \(process.terminationStatus)")
    }
  }

  /// Uses those that lie in a directory, and removes them, too.
  init(adopting directory: String) { self.directory = directory }

  func remove() {
    try? FileManager.default.removeItem(atPath: directory)
  }
}
