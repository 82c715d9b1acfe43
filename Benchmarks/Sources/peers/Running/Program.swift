import Foundation

/// A program that is run for what it prints.
enum Program {
  /// - Returns: What it wrote to its standard output.
  /// - Throws: When it does not end well.
  static func output(_ name: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw SystemCallError(call: name, reason: "exit status \(process.terminationStatus)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
