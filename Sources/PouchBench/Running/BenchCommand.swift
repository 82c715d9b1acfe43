internal import Glibc
internal import Pouch
package import PouchCommand
package import PouchConfiguration
internal import PouchCore

/// What `pouch-bench` does without a subcommand.
package struct BenchCommand: Sendable {
  package var options: BenchOptions
  /// For a receiver elsewhere: reads where it is, as for `pouch-send`.
  package var reader: ConfigurationReader?
  /// User ids that may be at the other end of a Unix socket.
  package var allowedUsers: Set<UInt32>?
  /// Where the report is written as JSON and as comma-separated values; `-` is stdout.
  package var json: String?
  package var csv: String?
  package var progress = ProgressStyle.none
  package var commandLine: [String] = []
  private let console: Console

  package init(_ options: BenchOptions, _ console: Console) {
    self.options = options
    self.console = console
  }

  /// Measures and tells.
  ///
  /// - Returns: The exit status; what went wrong has been told.
  package func run() async -> ExitStatus {
    do {
      return await console.finish(try await start())
    } catch {
      return await console.finish(console.end(with: error))
    }
  }

  private func start() async throws -> ExitStatus {
    // A reader that has gone is an error of the write, and OpenSSL's writes have no flag for it.
    signal(SIGPIPE, SIG_IGN)
    let files = try [json, csv].map { path in try path.map { try ReportFile($0) } }
    let outputs = files.filter { $0?.isStandardOutput == true }
    guard outputs.count < 2 else {
      throw PouchError(.usage, "--json - and --csv - would both take stdout")
    }
    var configuration: SenderConfiguration?
    if let reader {
      do throws(ConfigurationErrors) {
        configuration = try reader.sender()
      } catch {
        return console.report(error)
      }
    }
    let request = try BenchRequest(options, remote: configuration?.endpoints.endpoints.first)
    let runner = BenchRunner(
      request, remote: try configuration.map(senderOptions),
      progress: BenchProgress(progress, console).show)
    defer { console.showProgress("") }
    let report = try await runner.run(command: commandLine)
    console.showProgress("")
    try await write(report, json: files[0], csv: files[1])
    return .success
  }

  private func senderOptions(
    _ configuration: SenderConfiguration
  ) throws(PouchError) -> SenderOptions {
    var options = try SenderOptions(configuration)
    options.transports.admit(allowedUsers)
    return options
  }

  private func write(_ report: Report, json: ReportFile?, csv: ReportFile?) async throws(PouchError)
  {
    if report.environment.isDebug {
      console.log(.warning, "this is a debug build: its figures say nothing")
    }
    if let json, !json.isStandardOutput { try json.write(report.json() + "\n") }
    if let csv, !csv.isStandardOutput { try csv.write(report.csv()) }
    if json?.isStandardOutput == true {
      try await console.result(report.json())
    } else if csv?.isStandardOutput == true {
      try await console.result(String(report.csv().dropLast()))
    } else {
      try await console.result(report.text())
    }
  }
}

extension Console {
  /// Tells the error that ends the command.
  ///
  /// - Returns: The exit status.
  func end(with error: any Error) -> ExitStatus {
    let error = error as? PouchError ?? PouchError(.internal, "\(error)")
    let status = ExitStatus(error.code)
    report(fatal: error, status)
    return status
  }
}
