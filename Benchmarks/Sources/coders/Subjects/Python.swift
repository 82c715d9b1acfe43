import Foundation

/// A Python process that times its own coders, one sample at a time, so that its rounds and those
/// of this process take turns.
final class Python {
  /// What it says of itself when it has started.
  struct Greeting: Codable {
    var python: String
    /// The version of the package, or nil where it is not installed.
    var cbor2: String?
    /// Whether the package runs compiled code, and not its Python version.
    var isCompiled: Bool
  }

  private struct Request: Codable {
    var command: String
    var workload: String
    var form: Workload.Form?
    var subject: String?
    var operation: Operation?
    var seconds: Double?
  }

  private struct Answer: Codable {
    var subjects: [String]?
    var seconds: Double?
    var error: String?
  }

  let greeting: Greeting
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "pouch-coders-\(UUID().uuidString)")
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var buffer = Data()

  /// - Parameters:
  ///   - script: The program.
  ///   - workloads: Whose data is put into files for it.
  init(script: String, _ workloads: [Workload]) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for workload in workloads {
      for (ending, data) in workload.files {
        try data.write(to: folder.appending(path: "\(workload.name).\(ending)"))
      }
    }
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script, folder.path()]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    guard let line = Self.line(output, &buffer) else {
      throw PythonError(description: "\(script) did not start")
    }
    greeting = try JSONDecoder().decode(Greeting.self, from: line)
  }

  /// The cases that Python has for a workload, whose files it reads and checks, and those of this
  /// library with what it pickled.
  func cases(_ workload: Workload, seconds: Double) throws -> [Case] {
    let request = Request(command: "prepare", workload: workload.name, form: workload.form)
    let subjects = try ask(request).subjects ?? []
    let peers = subjects.flatMap { subject in
      Operation.allCases.map { timed(workload.name, $0, subject, seconds) }
    }
    guard workload.form == .plain, let cbor = workload.files["cbor"] else { return peers }
    let pickle = try Data(contentsOf: folder.appending(path: "\(workload.name).pickle5"))
    return try peers
      + PickleSubject.cases(workload.name, cbor: [UInt8](cbor), pickle: [UInt8](pickle), seconds)
  }

  private func timed(
    _ workload: String, _ operation: Operation, _ subject: String, _ seconds: Double
  ) -> Case {
    let request = Request(
      command: "sample", workload: workload, subject: subject, operation: operation,
      seconds: seconds)
    // What its coders make is compared where it is prepared.
    return Case(workload, operation, subject, verify: {}) {
      guard let seconds = try self.ask(request).seconds else {
        throw PythonError(description: "python3 took no time")
      }
      return seconds
    }
  }

  /// Ends the process and removes the files.
  func stop() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  private func ask(_ request: Request) throws -> Answer {
    try input.fileHandleForWriting.write(
      contentsOf: JSONEncoder().encode(request) + Data("\n".utf8))
    guard let line = Self.line(output, &buffer) else {
      throw PythonError(description: "python3 ended early; its error is above")
    }
    let answer = try JSONDecoder().decode(Answer.self, from: line)
    if let error = answer.error { throw PythonError(description: error) }
    return answer
  }

  private static func line(_ pipe: Pipe, _ buffer: inout Data) -> Data? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer = Data(buffer[buffer.index(after: end)...]) }
        return Data(buffer[..<end])
      }
      // `read(upToCount:)` would wait for all of that count.
      let more = pipe.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      buffer += more
    }
  }
}

/// Python could not do what it was asked.
struct PythonError: Error, CustomStringConvertible {
  let description: String
}
