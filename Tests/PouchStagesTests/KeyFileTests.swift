import Foundation
import PouchCore
import PouchStages
import Testing

@Suite("A key file")
struct KeyFileTests {
  /// Calls `body` with the path of a directory that exists until it returns.
  private func withDirectory(_ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "pouch-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path)
  }

  private func write(_ bytes: [UInt8], to path: String, mode: Int) {
    _ = FileManager.default.createFile(
      atPath: path, contents: Data(bytes), attributes: [.posixPermissions: mode])
  }

  private func code(_ path: String, _ needle: String) -> PouchError.Code? {
    let error = #expect(throws: PouchError.self) { try HMACSHA256Stage(keyFile: path) }
    #expect(error?.description.contains(needle) == true, "\(String(describing: error))")
    #expect(error?.message.contains(path) == true)
    #expect(error?.stage == "hmac-sha-256")
    return error?.code
  }

  @Test("holds the key in all of its bytes", arguments: [0o600, 0o400])
  func reads(_ mode: Int) throws {
    try withDirectory { directory in
      let path = directory + "/shared.key"
      // Zeros and a line's end are part of the key.
      let key: [UInt8] = [0] + sharedKey.array + [0x0a]
      write(key, to: path, mode: mode)
      let frame = try Line([try HMACSHA256Stage(keyFile: path)]).seal([1, 2, 3])
      #expect(try Line([try HMACSHA256Stage(key: Bytes(key))]).open(frame) == [1, 2, 3])
    }
  }

  @Test(
    "is refused when others than its owner may touch it",
    arguments: [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666])
  func permissions(_ mode: Int) throws {
    try withDirectory { directory in
      let path = directory + "/shared.key"
      write(sharedKey.array, to: path, mode: mode)
      #expect(code(path, "mode 0\(String(mode, radix: 8))") == .security)
      let error = #expect(throws: PouchError.self) { try HMACSHA256Stage(keyFile: path) }
      #expect(error?.hint == "run: chmod 600 \(path)")
      // A link does not hide what it leads to.
      try FileManager.default.createSymbolicLink(
        atPath: directory + "/link", withDestinationPath: path)
      #expect(code(directory + "/link", "mode 0") == .security)
    }
  }

  @Test("is refused when it is missing, too short or long, or no file")
  func unusable() throws {
    try withDirectory { directory in
      #expect(code(directory + "/missing", "No such file") == .inputMissing)
      #expect(code(directory, "not a regular file") == .configuration)
      write(Array(repeating: 1, count: 15), to: directory + "/short", mode: 0o600)
      #expect(code(directory + "/short", "15 bytes") == .configuration)
      write(Array(repeating: 1, count: 5000), to: directory + "/long", mode: 0o600)
      #expect(code(directory + "/long", "more than 4096") == .configuration)
      // Nobody writes to this pipe: opening it must not wait.
      #expect(mkfifo(directory + "/pipe", 0o600) == 0)
      #expect(code(directory + "/pipe", "not a regular file") == .configuration)
    }
  }
}
