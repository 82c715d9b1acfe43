import Glibc
import PouchCore
import Subprocess
import Testing

/// A program of the machine's own.
struct Tool: Sendable {
  let name: String

  static let openssl = Tool(name: "openssl")
  static let gnutls = Tool(name: "gnutls-cli")

  var isInstalled: Bool {
    guard let path = getenv("PATH") else { return false }
    return String(cString: path).split(separator: ":").contains { folder in
      access("\(folder)/\(name)", X_OK) == 0
    }
  }

  struct Outcome: Sendable {
    var status: TerminationStatus
    /// Standard output and error, as they came.
    var output: String
  }

  /// Runs it to its end.
  ///
  /// - Parameter input: What it reads. It comes from a file: a pipe to a program that ends early
  ///   would kill the tests with SIGPIPE.
  @discardableResult
  func run(_ arguments: [String], input: String = "") async throws -> Outcome {
    let directory = try TemporaryDirectory()
    let file = directory.file("input")
    let descriptor = creat(file, 0o600)
    try #require(descriptor >= 0)
    let count = write(descriptor, input, input.utf8.count)
    close(descriptor)
    try #require(count == input.utf8.count)
    let script = #"input=$1; shift; exec "$@" < "$input""#
    let result = try await Subprocess.run(
      .name("sh"), arguments: Arguments(["-c", script, "sh", file, name] + arguments),
      input: .none, output: .string(limit: 1 << 20), error: .combinedWithOutput)
    return Outcome(status: result.terminationStatus, output: result.standardOutput)
  }

  /// Runs it and types each line of `script` once the text before it has been put out; the input
  /// stays open until the program ends.
  func converse(
    _ arguments: [String], _ script: [(after: String, line: String)]
  ) async throws -> String {
    let result = try await Subprocess.run(
      .name(name), arguments: Arguments(arguments), input: .inputWriter, output: .sequence,
      error: .combinedWithOutput
    ) { execution in
      var output = ""
      var script = script[...]
      for try await line in execution.standardOutput.strings() {
        output += line + "\n"
        while let next = script.first, output.contains(next.after) {
          _ = try await execution.standardInputWriter.write(next.line + "\n")
          script = script.dropFirst()
        }
      }
      return output
    }
    return result.closureResult
  }

  /// Runs it as a server that announces its port with a line that begins with `ACCEPT`, and ends
  /// it when `body` returns.
  func serve<R: Sendable>(
    _ arguments: [String], _ body: @escaping @Sendable (_ port: UInt16) async throws -> R
  ) async throws -> R {
    let result = try await Subprocess.run(
      .name(name), arguments: Arguments(arguments), input: .none, output: .sequence,
      error: .discarded
    ) { execution in
      defer { try? execution.send(signal: .terminate) }
      for try await line in execution.standardOutput.strings() where line.hasPrefix("ACCEPT") {
        let digits = line.reversed().drop { !$0.isNumber }.prefix { $0.isNumber }.reversed()
        let port = try #require(UInt16(String(digits)))
        return try await body(port)
      }
      throw PouchError(.unreachable, "\(name) did not start")
    }
    return result.closureResult
  }
}
