import Foundation

/// Another process of this program, which answers a line with a line. It ends with its input.
final class Companion {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var buffer = Data()

  init(_ arguments: [String]) throws {
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  func ask(_ line: String) throws -> String {
    try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    return try answer()
  }

  func answer() throws -> String {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer = Data(buffer[buffer.index(after: end)...]) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      // `read(upToCount:)` would wait for all of that count.
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else {
        throw SystemCallError(
          call: process.arguments?.joined(separator: " ") ?? "", reason: "ended early")
      }
      buffer += more
    }
  }

  func end() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
