import Foundation

/// `Tests/Peers/pickle_peer.py`, which does with Python's `pickle` what these tests do with this
/// module.
enum PythonPeer {
  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Peers/pickle_peer.py").path

  static let hasNumPy = (try? run(["-c", "import numpy"], isQuiet: true)) != nil

  struct Failure: Error {
    let status: Int32
  }

  /// Runs the script and returns the lines that it prints.
  static func run(_ mode: String, _ numbers: Int..., input: [String] = []) throws -> [String] {
    try run([script, mode] + numbers.map(String.init), input: input)
  }

  private static func run(
    _ arguments: [String], input: [String] = [], isQuiet: Bool = false
  ) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("pickle-peer-\(UUID().uuidString)")
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
}
