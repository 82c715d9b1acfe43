import Glibc
import PouchCore
import PouchStages
import Subprocess
import Testing

/// Python's standard library has a zlib, a SHA-256 and an HMAC of its own.
@Suite("With Python", .enabled(if: Python.isInstalled, "python3 is not in the path"))
struct PythonInteroperabilityTests {
  @Test(
    "deflate reads what Python's zlib compressed", .timeLimit(.minutes(1)), arguments: [1, 6, 9])
  func reads(_ level: Int) async throws {
    var generator = SeededGenerator(seed: 6)
    let body = generator.prose(20_000) + generator.noise(1000)
    let stream = try await Python.run(
      "import zlib; answer(zlib.compress(given, \(level)))", given: body)
    let frame = Line.Frame(header: FrameHeader(kind: .data, stages: 1), body: stream)
    #expect(try Line([try DeflateStage(level: 1)]).open(frame) == body)
  }

  @Test(
    "Python's zlib reads what deflate compressed", .timeLimit(.minutes(1)), arguments: [1, 6, 9])
  func writes(_ level: Int) async throws {
    var generator = SeededGenerator(seed: 7)
    let body = generator.prose(20_000) + generator.noise(1000)
    let frame = try Line([try DeflateStage(level: level)]).seal(body)
    #expect(frame.header.stages == 1)
    let read = try await Python.run(
      "import zlib; answer(zlib.decompress(given))", given: frame.body)
    #expect(read == body)
  }

  @Test("Python checks a frame that was compressed and sealed", .timeLimit(.minutes(1)))
  func sealed() async throws {
    var generator = SeededGenerator(seed: 8)
    let body = generator.prose(3000)
    let frame = try Line([
      try DeflateStage(level: 1), SHA256Stage(), try HMACSHA256Stage(key: sharedKey),
    ]).seal(body)
    // Written from docs/wire.md, "Pipeline".
    let script = """
      import hashlib, hmac, struct, zlib
      key = hmac.digest(b"sixteen bytes or more of a key",
                        b"pouch/1 hmac-sha-256" + bytes([0]) + bytes(range(32)), "sha256")
      def covered(stages):
          return struct.pack(">BBBBQI", 5, 1, stages, 0, 0x0102030405060708, 9)
      body, code = given[:-32], given[-32:]
      assert hmac.digest(key, struct.pack(">Q", 0) + covered(0b011) + body, "sha256") == code
      body, digest = body[:-32], body[-32:]
      assert hashlib.sha256(covered(0b001) + body).digest() == digest
      answer(zlib.decompress(body))
      """
    #expect(try await Python.run(script, given: frame.body) == body)
  }
}

/// A Python of the machine's own, given bytes and asked for bytes.
private enum Python {
  static let isInstalled: Bool = {
    guard let path = getenv("PATH") else { return false }
    return String(cString: path).split(separator: ":")
      .contains { access("\($0)/python3", X_OK) == 0 }
  }()

  /// Runs `script`, which finds `bytes` in `given` and calls `answer` with what is returned.
  static func run(_ script: String, given bytes: [UInt8]) async throws -> [UInt8] {
    let whole = """
      import sys
      given = sys.stdin.buffer.read()
      answer = sys.stdout.buffer.write
      \(script)
      """
    let result = try await Subprocess.run(
      .name("python3"), arguments: ["-c", whole], input: .array(bytes),
      output: .bytes(limit: 1 << 20), error: .string(limit: 1 << 16))
    #expect(result.terminationStatus.isSuccess, Comment(rawValue: result.standardError))
    return result.standardOutput
  }
}
