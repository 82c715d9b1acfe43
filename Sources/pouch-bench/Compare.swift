import ArgumentParser
import PouchBench
import PouchCommand

extension PouchBenchTool {
  struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compares two reports, and fails when a threshold is crossed.",
      discussion: """
        A change is more than the tolerance, and more than the rounds of both reports lie apart; \
        anything less is no change, and crosses no threshold.

        EXAMPLES
          pouch-bench compare before.json after.json
          pouch-bench compare before.json after.json --fail-if 'p99>+10%'
          pouch-bench compare before.json after.json \\
            --fail-if 'throughput<-5%' --fail-if 'throughput-ratio<-5%'

        EXIT STATUS
          0 success; 3 a threshold was crossed; 64 usage; 65 a file is not a report;
          66 a file is missing.
        """)

    @Argument(help: ArgumentHelp("The report to compare with.", valueName: "before"))
    var before: String

    @Argument(help: ArgumentHelp("The report to look at.", valueName: "after"))
    var after: String

    @Option(
      help: ArgumentHelp(
        """
        A change that is too much, such as 'p99>+10%' or 'throughput<-5%'; with -ratio behind the \
        figure, of its ratio to the baseline. Repeatable.
        """, valueName: "threshold"))
    var failIf: [String] = []

    @Option(
      help: ArgumentHelp("Changes up to this are none (default 5%).", valueName: "percentage"))
    var tolerance: String?

    @OptionGroup(title: "Messages") var messages: MessageOptions

    func run() async throws {
      var command = CompareCommand(before, after, messages.makeConsole(Environment.all))
      command.failIf = failIf
      command.tolerance = tolerance
      throw ExitCode(await command.run())
    }
  }
}
