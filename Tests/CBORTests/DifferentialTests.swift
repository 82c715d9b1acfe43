import CBOR
import Foundation
import Testing

/// The program in `Tests/Peers` that does with `cbor2` what these tests do with this module.
enum Peer {
  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Peers/cbor_peer.py").path

  /// Whether `python3` can import `cbor2`.
  static let isAvailable = (try? run(["-c", "import cbor2"], isQuiet: true)) != nil

  struct Failure: Error {
    let status: Int32
  }

  static func run(
    _ arguments: [String], input: [String] = [], isQuiet: Bool = false
  ) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("cbor-peer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    // Files, since a pipe that nobody empties fills up.
    let (source, target) = (directory.appending(path: "in"), directory.appending(path: "out"))
    try Data(input.map { $0 + "\n" }.joined().utf8).write(to: source)
    try Data().write(to: target)
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: target)
    if isQuiet { process.standardError = FileHandle.nullDevice }
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return String(decoding: try Data(contentsOf: target), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  static func run(_ mode: String, _ numbers: Int..., input: [String] = []) throws -> [String] {
    try run([script, mode] + numbers.map(String.init), input: input)
  }
}

@Suite(
  .enabled(
    if: Peer.isAvailable,
    "python3 cannot import cbor2: python3 -m pip install cbor2"))
struct DifferentialTests {
  @Test(
    "cbor2 reads what this module writes, and the reverse", .timeLimit(.minutes(1)),
    arguments: 0..<4)
  func swiftValues(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // Tags without a meaning to cbor2, which would make objects of the others; and no maps in
    // maps' keys, which it makes ordinary maps of.
    let values = (0..<150).map { _ in
      Value.random(depth: 3, tags: 70_000...UInt64.max, using: &generator)
    }.filter(\.isPlain)
    #expect(values.count > 50)
    let lines = try Peer.run("recode", input: values.map { hex($0.encoded()) })
    #expect(lines.count == values.count)
    for (line, value) in zip(lines, values) {
      #expect(try Value(decoding: hex(line)) == value)
    }
  }

  @Test(
    "This module reads what cbor2 writes, and the reverse", .timeLimit(.minutes(1)),
    arguments: 0..<4)
  func pythonObjects(seed: Int) throws {
    let lines = try Peer.run("generate", seed, 150)
    #expect(lines.count == 150)
    let recoded = try lines.map { line in
      let value = try Value(decoding: hex(line))
      #expect(try Value(diagnostic: value.diagnosticNotation) == value)
      return hex(value.encoded())
    }
    #expect(try Peer.run("compare", seed, 150, input: recoded) == [])
    let sorted = try lines.map { hex(try Value(decoding: hex($0)).encoded(deterministic: true)) }
    #expect(try Peer.run("compare", seed, 150, input: sorted) == [])
  }
}

extension Value {
  /// Whether Python's objects can hold this: no key that Python takes for another (1, 1.0 and
  /// true are one there), nor one that is itself a container.
  fileprivate var isPlain: Bool {
    switch self {
    case .array(let elements): elements.allSatisfy(\.isPlain)
    case .tagged(let tagged): tagged.content.isPlain
    case .map(let entries):
      entries.allSatisfy { entry in
        switch entry.key {
        case .unsigned, .negative, .bytes, .text: entry.value.isPlain
        default: false
        }
      }
    default: true
    }
  }
}
