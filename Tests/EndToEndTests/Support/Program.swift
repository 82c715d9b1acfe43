import Foundation
import Subprocess
import Testing

/// A program that the tests run, with what comes before its arguments.
struct Program: Sendable {
  var name: String
  var command: [String]

  static let send = Program(built: "pouch-send")
  static let receive = Program(built: "pouch-receive")
  static let certs = Program(built: "pouch-certs")
  static let bench = Program(built: "pouch-bench")
  /// The peer in plain Python.
  static let peer = Program(
    name: "pouch_peer.py", command: ["python3", "-B", Repository.path("Tests/Peers/pouch_peer.py")])
  /// Another one, which shares nothing with it, and plays a table of violations.
  static let strangePeer = Program(
    name: "strange_peer", command: ["python3", "-B", Repository.path("Tests/Peers/strange_peer")])

  /// What the Python sockets tutorial does, in plain Python.
  static let length10Peer = Program(
    name: "length10_peer.py",
    command: ["python3", "-B", Repository.path("Tests/Peers/length10_peer.py")])
  /// The peer that floods, and measures what that costs.
  static let flood = Program(
    name: "flood_peer.py",
    command: ["python3", "-B", Repository.path("Tests/Peers/flood_peer.py")])
  /// Python, with the peer's modules to import.
  static let python = Program(
    name: "python3",
    command: ["env", "PYTHONPATH=\(Repository.path("Tests/Peers"))", "python3", "-B"])

  /// The file to run, for a program that is one.
  var path: String { command[0] }

  init(name: String, command: [String]) {
    self.name = name
    self.command = command
  }

  /// An executable that was built with these tests: it stands beside them.
  private init(built name: String) {
    let tests =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let directory = URL(filePath: tests).deletingLastPathComponent()
    self.init(name: name, command: [directory.appending(path: name).path])
  }

  /// Whether there is a Python for the peer.
  static let hasPython: Bool = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/python3")
    }
  }()

  static let hasNumPy = canImport("numpy")

  /// Whether Python has a module that does not come with it.
  static func canImport(_ module: String) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import \(module)"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

/// How a program ended, and what it said.
struct Outcome: Sendable, CustomStringConvertible {
  /// The exit status; for a signal, its number below zero.
  var status: Int32
  var output: [String]
  var errors: [String]

  /// All that went to stderr.
  var error: String { errors.joined(separator: "\n") }

  /// For the message of a test that fails.
  var description: String {
    "status \(status)\n" + (output + errors).joined(separator: "\n")
  }
}

/// Runs a program to its end.
///
/// - Parameters:
///   - input: A file that it reads on stdin. No pipe of this process's: a program that ends early
///     would end the tests with SIGPIPE.
func run(
  _ program: Program, _ arguments: [String], input: String? = nil,
  environment: [String: String] = [:]
) async throws -> Outcome {
  try await withProgram(program, arguments, input: input, environment: environment) { _ in }.1
}

/// Runs a program, and `body` beside it; then waits for its end.
func withProgram<R: Sendable>(
  _ program: Program, _ arguments: [String], input: String? = nil,
  environment: [String: String] = [:], _ body: (RunningProgram) async throws -> R
) async throws -> (R, Outcome) {
  var command = program.command + arguments
  if let input {
    command = ["sh", "-c", "input=$1; shift; exec \"$@\" < \"$input\"", "sh", input] + command
  }
  let changes = environment.map { (Environment.Key(rawValue: $0.key), Optional($0.value)) }
  let variables = changes.compactMap { key, value in key.map { ($0, value) } }
  let transcript = Transcript()
  let result = try await Subprocess.run(
    // env takes a path, without the need for another module's FilePath.
    .name("env"), arguments: Arguments(command),
    environment: .inherit.updating(Dictionary(uniqueKeysWithValues: variables)),
    input: .none, output: .sequence, error: .sequence
  ) { execution in
    let running = RunningProgram(
      name: program.name, processID: execution.processIdentifier.value, transcript: transcript)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for try await line in execution.standardOutput.strings() { transcript.add(output: line) }
        transcript.end()
      }
      group.addTask {
        for try await line in execution.standardError.strings() { transcript.add(error: line) }
        transcript.end()
      }
      do {
        let value = try await body(running)
        try await group.waitForAll()
        return value
      } catch {
        running.send(SIGKILL)
        throw error
      }
    }
  }
  let (output, errors) = transcript.lines
  let status: Int32 =
    switch result.terminationStatus {
    case .exited(let code): code
    case .signaled(let signal): -signal
    }
  return (result.closureResult, Outcome(status: status, output: output, errors: errors))
}

/// Runs one program that listens, and one that dials it.
///
/// - Returns: How the one that dialled ended, and the one that listened.
func meet(
  _ listener: Program, _ listening: [String], _ dialler: Program,
  _ dialling: (_ endpoint: String) -> [String]
) async throws -> (dialled: Outcome, listened: Outcome) {
  let (dialled, listened) = try await withProgram(listener, listening) { running in
    let outcome = try await run(dialler, dialling(try await running.endpoint()))
    // A listener whose visitor has failed would wait for another one.
    if outcome.status != 0 { running.send(SIGTERM) }
    return outcome
  }
  return (dialled, listened)
}
