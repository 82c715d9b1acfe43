import Foundation
import Subprocess
import Testing

/// What a steady stream of objects takes of the heap. Measured in the optimised build, which
/// `make test` makes: an unoptimised one allocates for what the optimiser removes.
@Suite(
  "The footprint of the steady path", .timeLimit(.minutes(5)), .serialized,
  .enabled(
    if: OptimisedBuild.program != nil,
    "needs the optimised build: swift build -c release --product pouch-footprint"))
struct FootprintTests {
  /// Runs the program and reads the numbers that follow the words it prints.
  private func measure(_ arguments: String...) async throws -> [String: Int] {
    let program = try #require(OptimisedBuild.program)
    let result = try await Subprocess.run(
      // env takes a path, without the need for another module's FilePath.
      .name("env"), arguments: .init([program] + arguments), output: .string(limit: 4096),
      error: .string(limit: 4096))
    try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
    let words = result.standardOutput.split(whereSeparator: \.isWhitespace)
    return Dictionary(
      zip(words, words.dropFirst()).compactMap { name, number in
        Int(number).map { (String(name), $0) }
      }, uniquingKeysWith: { first, _ in first })
  }

  @Test(
    "a small raw object, alone in its frame and acknowledged, takes no allocation",
    arguments: ["tcp", "unix"])
  func alone(_ transport: String) async throws {
    let figures = try await measure("alone", transport)
    #expect(figures["objects"] == 1000)
    #expect(try #require(figures["allocations"]) < 10)
  }

  @Test("frames full of small raw objects take no allocation", arguments: ["tcp", "unix"])
  func stream(_ transport: String) async throws {
    let figures = try await measure("stream", transport)
    // Some 415 frames of 64 KiB. A timer each second, and an array that grows for the last time,
    // are not the frames' own.
    #expect(figures["objects"] == 400_000)
    #expect(try #require(figures["allocations"]) < 20)
  }

  @Test(
    "an object of 10 GiB goes through in 64 MiB of memory, both ends together",
    arguments: ["tcp", "unix", "tls"])
  func huge(_ transport: String) async throws {
    let figures = try await measure("huge", transport, "\(10 << 30)")
    #expect(figures["bytes"] == 10 << 30)
    #expect(try #require(figures["resident-kib"]) < 64 << 10)
  }
}

/// Where the optimised build has put the program.
enum OptimisedBuild {
  /// nil when it was not built.
  static let program: String? = {
    let repository = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in
      path.deletingLastPathComponent()
    }
    let path = repository.appending(path: ".build/release/pouch-footprint").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()
}
