import ArgumentParser
import Pouch
import PouchCommand
import PouchConfiguration

@main
enum Main {
  static func main() async {
    StandardDescriptors.reserve()
    StandardDescriptors.raiseLimit()
    ProgramMemory.bound()
    await PouchSend.start(
      lists: ["--to", "--listen", "--header", "--attach", "--set", "--allow"], joinsRest: true)
  }
}

struct PouchSend: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pouch-send",
    abstract: "Sends files to a Pouch receiver, and waits until it has them.",
    discussion: """
      EXAMPLES
        Endpoints
          pouch-send --to tcp://127.0.0.1:7447 report.pdf photo.jpg
          pouch-send --listen unix:///run/pouch/out.sock report.pdf
        Objects
          tar -c src | pouch-send --to tls://db1:7447 --name src.tar -
          echo '{1: "hi"}' | pouch-send --to unix:@here --format diagnostic -
          pouch-send --to unix:@here --format json --each-line events.jsonl
          pouch-send --to unix:@here --format json about.json --attach weights.bin
        TLS and identity
          pouch-send --to tls://db1:7447 --trust Certs/ca.pem \\
            --certificate Certs/sender.pem --key Certs/sender.key report.pdf
        Pipeline
          pouch-send --to unix:@here --compress deflate --integrity crc32c a b
        Delivery
          pouch-send --to unix:@here --acknowledge received --timeout 5s a
          pouch-send --listen tcp://127.0.0.1:7447 --broadcast report.pdf
          echo '{1: "hi", 2: "there"}' | pouch-send --framing length10 \\
            --listen tcp://127.0.0.1:1243 --format diagnostic --broadcast -
        Settings
          pouch-send --config Configs/sender-tls.yaml --set log.level=debug a
          pouch-send --config Configs/sender-tls.yaml --check --connect
        Messages
          pouch-send --to unix:@here --json report.pdf | jq .event

      A broadcast goes on until SIGINT or SIGTERM, or --count; it then ends in good order, with 0. \
      What one receiver does with the objects is told, and no affair of the others.

      In the value of an option and in a file, ~/ and ~user/ at the beginning of a path are home \
      directories; ./~ is what is called so itself.

      EXIT STATUS
        0    every object was acknowledged, or a broadcast was ended
        2    some objects were not acknowledged
        64   usage
        65   bad data: an input is not what it should be, or changed while it was read
        66   an input is missing, and nothing was sent
        69   nobody answered, or the connection broke
        71   no descriptor is left: raise 'ulimit -n'
        73   an event of --json cannot be written
        75   timed out
        76   the peer speaks something else
        77   TLS, identity, or a key's permissions
        78   configuration
        130  interrupted before everything was sent; 143 by SIGTERM
      """,
    version: PouchVersion.text)

  struct EndpointOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        """
        Connect to this receiver: tcp://host:port, tls://host:port, unix:///path or unix:@name. \
        Several are tried in turn.
        """, valueName: "endpoint"))
    var to: [ArgumentList] = []

    @Option(
      help: ArgumentHelp(
        """
        Listen here for a receiver. A host is every address that its name has, * is all of this \
        machine's; port 0 is any free one. Repeatable.
        """, valueName: "endpoint"))
    var listen: [ArgumentList] = []

    @Option(
      help: ArgumentHelp(
        """
        pouch, or length10: pickles as the Python sockets tutorial reads them, unauthenticated and \
        unchecked.
        """, valueName: "framing"))
    var framing: String?
  }

  struct ObjectOptions: ParsableArguments {
    @Argument(
      help: ArgumentHelp("Files to send; - is standard input.", valueName: "path"),
      completion: .file())
    var path: [ArgumentList] = []

    @Option(help: ArgumentHelp("What the object read from standard input is called."))
    var name: String?

    @Option(
      help: ArgumentHelp("What travels beside every object; repeatable.", valueName: "key=value"))
    var header: [ArgumentList] = []

    @Option(
      help: ArgumentHelp(
        """
        A file that goes beside the one object that is sent, as an attachment; repeatable. A \
        receiver with --output writes it to a file of its own.
        """, valueName: "path"), completion: .file())
    var attach: [ArgumentList] = []

    @Option(
      help: ArgumentHelp(
        """
        How the input is written: raw (bytes), json, diagnostic (CBOR's notation), cbor or pickle. \
        json and diagnostic are sent as CBOR, with length10 as pickles.
        """, valueName: "format"))
    var format: String?

    @Flag(help: "With --format json: send the text as it is.")
    var raw = false

    @Flag(help: "Send each line as an object of its own, as it comes: raw, json or diagnostic.")
    var eachLine = false
  }

  struct PipelineOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Compress bodies: deflate, or deflate:LEVEL from 1 to 9; none.", valueName: "algorithm"))
    var compress: String?

    @Option(
      help: ArgumentHelp(
        "Check bodies: crc32c or sha-256 against faults, hmac-sha-256 against forgery.",
        valueName: "algorithm"))
    var integrity: String?

    @Option(
      help: ArgumentHelp(
        "File whose bytes are the key of hmac-sha-256, shared with the receiver.",
        valueName: "file"), completion: .file())
    var hmacKey: String?
  }

  struct DeliveryOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "When the receiver answers for an object: none, received or processed.",
        valueName: "level"))
    var acknowledge: String?

    @Option(
      help: ArgumentHelp(
        "How long to wait for an object's acknowledgement, such as 5s or 2min.",
        valueName: "duration"))
    var timeout: String?

    @Flag(help: "With --listen: every receiver that connects gets every object.")
    var broadcast = false

    @Option(
      help: ArgumentHelp("With --broadcast: end after this many receivers.", valueName: "number"))
    var count: String?
  }

  @OptionGroup(title: "Endpoints") var endpoint: EndpointOptions
  @OptionGroup(title: "Objects") var object: ObjectOptions
  @OptionGroup(title: "TLS and identity") var tls: TLSOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Delivery") var delivery: DeliveryOptions
  @OptionGroup(title: "Settings") var settings: ConfigurationOptions
  @OptionGroup(title: "Messages") var status: StatusOptions

  func validate() throws {
    if object.path.isEmpty, !settings.check {
      throw ValidationError("name at least one file, or - for standard input")
    }
    if object.name != nil, !object.path.all.contains("-") {
      throw ValidationError("--name is for the object read from standard input (-)")
    }
    _ = try headers()
  }

  func run() async throws {
    let environment = Environment.all
    let console = status.makeConsole("pouch-send", environment)
    var common = CommandRequest(reader: settings.reader(environment, options))
    common.isCheck = settings.check
    common.connects = settings.connect
    common.allowedUsers = tls.peers.users
    common.progress = status.progressStyle(environment)
    var request = SendRequest(common)
    request.paths = object.path.all
    request.name = object.name
    request.headers = try headers()
    request.attachments = object.attach.all
    let result = await SendCommand(request, console).run()
    throw ExitCode(result.rawValue)
  }

  private var options: [SettingOption] {
    var options: [SettingOption] = []
    func add(_ name: String, _ setting: String, _ value: String?) {
      if let value { options.append(SettingOption(name, setting, value)) }
    }
    func add(_ name: String, _ setting: String, list: [String]) {
      if !list.isEmpty { options.append(SettingOption(name, setting, list: list)) }
    }
    add("--to", "connect", list: endpoint.to.all)
    add("--listen", "listen", list: endpoint.listen.all)
    add("--framing", "framing", endpoint.framing)
    add("--format", "input.format", object.format)
    if object.raw { add("--raw", "input.raw", "true") }
    if object.eachLine { add("--each-line", "input.each-line", "true") }
    options += tls.settings
    options +=
      PipelineText(
        compress: pipeline.compress, integrity: pipeline.integrity, key: pipeline.hmacKey
      ).settings
    add("--acknowledge", "delivery.acknowledge", delivery.acknowledge)
    add("--timeout", "delivery.timeout", delivery.timeout)
    if delivery.broadcast { add("--broadcast", "delivery.broadcast", "true") }
    add("--count", "delivery.receivers", delivery.count)
    return options + status.settings
  }

  private func headers() throws -> [String: String] {
    var headers: [String: String] = [:]
    for header in object.header.all {
      let parts = header.utf8.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false
      )
      .map { String(Substring($0)) }
      guard parts.count == 2, !parts[0].isEmpty else {
        throw ValidationError("--header \(header): write key=value")
      }
      guard header.isText else {
        throw ValidationError("--header \(header): headers are text in UTF-8")
      }
      headers[parts[0]] = parts[1]
    }
    return headers
  }
}
