import ArgumentParser
import Pouch
import PouchBench
import PouchCommand
import PouchConfiguration

@main
enum Main {
  static func main() async {
    StandardDescriptors.reserve()
    await PouchBenchTool.start()
  }
}

struct PouchBenchTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pouch-bench",
    abstract: "Measures Pouch on this machine, or to a receiver elsewhere.",
    discussion: """
      Without options: every transport over loopback with objects of four sizes, one way and there \
      and back, beside bare sockets (over tls bare OpenSSL) that do the same in the same run. It \
      takes about 40 seconds.

      EXAMPLES
        What        pouch-bench --mode latency --transports tcp,unix --sizes 64,1KiB
                    pouch-bench --mode load --rate 50k --sizes 1KiB --duration 10s
        How         pouch-bench --mode throughput --api each,async,batch
                    pouch-bench --pipeline none --pipeline deflate,crc32c \\
                      --content text
                    pouch-bench --connections 100 --acknowledge processed
        How long    pouch-bench --duration 2s --warm-up 500ms --repeat 9
        Elsewhere   pouch-receive -q --listen tcp://127.0.0.1:7447 --raw >/dev/null
                    pouch-bench --to tcp://127.0.0.1:7447
        TLS         pouch-bench --to tls://db1:7447 --trust Certs/ca.pem \\
                      --certificate Certs/sender.pem --key Certs/sender.key
        Results     pouch-bench --json before.json --csv before.csv
                    pouch-bench compare before.json after.json \\
                      --fail-if 'p99>+10%'

      EXIT STATUS
        0 success; 2 a receiver elsewhere refused objects; 3 a threshold of compare
        was crossed; 64 usage; 65 what arrived is not what was sent; 69 nobody
        answered; 73 a result cannot be written; 75 timed out; 76 the peer speaks
        something else; 77 TLS, identity or a key's permissions; 78 configuration.
      """,
    version: PouchVersion.text, subcommands: [Compare.self])

  struct WhatOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "throughput, latency or load, or several; without it throughput and latency.",
        valueName: "modes"))
    var mode: String?

    @Option(help: ArgumentHelp("tcp, tls, unix, or several.", valueName: "list"))
    var transports: String?

    @Option(help: ArgumentHelp("Sizes of objects, such as 64,1KiB,64KiB,1MiB.", valueName: "list"))
    var sizes: String?

    @Option(
      help: ArgumentHelp(
        "With --mode load: objects a second, such as 50k.", valueName: "number"))
    var rate: String?

    @Option(
      help: ArgumentHelp(
        """
        What ends a round trip: acknowledgement (default), or reply, an object that the receiver's \
        handler sends back over a connection of its own.
        """, valueName: "kind"))
    var roundTrip: String?

    @Option(
      help: ArgumentHelp(
        "What objects hold: random bytes (default), or text like JSON.", valueName: "kind"))
    var content: String?
  }

  struct HowOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        """
        none (default), or stages such as deflate:6,crc32c: deflate, deflate:LEVEL, crc32c, sha-256, \
        hmac-sha-256. Repeatable: each is measured.
        """, valueName: "stages"))
    var pipeline: [String] = []

    @Option(
      help: ArgumentHelp(
        "File whose bytes are the key of hmac-sha-256; without it, one is made for the run.",
        valueName: "file"), completion: .file())
    var hmacKey: String?

    @Option(
      help: ArgumentHelp(
        """
        How the library is called: each (default), a send and a handler that does not wait for \
        every object; async, a handler that may wait; batch, a send for up to 64 objects and a \
        handler for every frame; or several.
        """, valueName: "forms"))
    var api: String?

    @Option(
      help: ArgumentHelp(
        """
        When the receiver answers for an object: none, received or processed. Without it none one \
        way, and processed in round trips and with --to.
        """, valueName: "level"))
    var acknowledge: String?

    @Option(help: ArgumentHelp("Connections at once (default 1).", valueName: "number"))
    var connections: Int?
  }

  struct LengthOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "How long objects are counted in a round (120ms; with --mode load 1s).",
        valueName: "duration"))
    var duration: String?

    @Option(
      help: ArgumentHelp(
        "How long they go uncounted before that (a fifth of it).", valueName: "duration"))
    var warmUp: String?

    @Option(
      help: ArgumentHelp(
        "Count so many objects in a round, in the place of a duration.", valueName: "number"))
    var count: Int?

    @Option(
      name: .customLong("repeat"),
      help: ArgumentHelp("Rounds of every case (default 5).", valueName: "number"))
    var rounds: Int?
  }

  struct WhereOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        """
        Send to this receiver, and measure here: tcp://host:port, tls://host:port, unix:///path or \
        unix:@name. There is no baseline then.
        """, valueName: "endpoint"))
    var to: String?
  }

  struct ResultOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Write all figures as JSON (docs/benchmarking.md); - is stdout.", valueName: "file"),
      completion: .file(extensions: ["json"]))
    var json: String?

    @Option(
      help: ArgumentHelp(
        "Write all figures as comma-separated values; - is stdout.", valueName: "file"),
      completion: .file(extensions: ["csv"]))
    var csv: String?

    @Option(help: "Show progress on stderr; auto: when it is a terminal.")
    var progress = StatusOptions.When.auto
  }

  @OptionGroup(title: "What is measured") var what: WhatOptions
  @OptionGroup(title: "How it is sent") var how: HowOptions
  @OptionGroup(title: "How long it takes") var length: LengthOptions
  @OptionGroup(title: "A receiver elsewhere") var place: WhereOptions
  @OptionGroup(title: "TLS and identity, with --to") var tls: TLSOptions
  @OptionGroup(title: "Results") var result: ResultOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  @Flag(
    help: ArgumentHelp(
      "Change a bit of an object on its way, to see that the run fails.", visibility: .hidden))
  var corrupt = false

  func validate() throws {
    if place.to == nil, !tls.settings.isEmpty {
      throw ValidationError(
        "TLS and identity are for --to; over loopback they are made for the run")
    }
  }

  func run() async throws {
    let environment = Environment.all
    var command = BenchCommand(options, messages.makeConsole(environment))
    if let to = place.to {
      command.reader = ConfigurationReader(
        file: nil, environment: environment,
        options: [SettingOption("--to", "connect", list: [to])] + tls.settings)
    }
    command.allowedUsers = tls.peers.users
    command.json = result.json
    command.csv = result.csv
    command.progress = messages.progressStyle(result.progress, environment)
    command.commandLine = CommandLine.arguments
    throw ExitCode(await command.run().rawValue)
  }

  private var options: BenchOptions {
    var options = BenchOptions()
    options.mode = what.mode
    options.transports = what.transports
    options.sizes = what.sizes
    options.rate = what.rate
    options.roundTrip = what.roundTrip
    options.content = what.content
    options.pipelines = how.pipeline
    options.hmacKey = how.hmacKey
    options.api = how.api
    options.acknowledge = how.acknowledge
    options.connections = how.connections
    options.duration = length.duration
    options.warmUp = length.warmUp
    options.count = length.count
    options.rounds = length.rounds
    options.corrupts = corrupt
    return options
  }
}
