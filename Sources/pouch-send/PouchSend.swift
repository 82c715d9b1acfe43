import ArgumentParser
import Pouch
import PouchCommand
import PouchConfiguration

@main
struct PouchSend: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pouch-send",
    abstract: "Sends files to a Pouch receiver, and waits until it has them.",
    discussion: """
      EXAMPLES
        Endpoints    pouch-send --to tcp://127.0.0.1:7447 report.pdf photo.jpg
                     pouch-send --listen unix:///run/pouch/out.sock report.pdf
        Objects      tar -c src | pouch-send --to tls://db1:7447 --name src.tar -
        TLS          pouch-send --to tls://db1:7447 --trust Certs/ca.pem \\
                       --certificate Certs/sender.pem --key Certs/sender.key report.pdf
        Pipeline     pouch-send --to tcp://127.0.0.1:7447 --compress deflate --integrity crc32c a b
        Delivery     pouch-send --to tcp://127.0.0.1:7447 --acknowledge received --timeout 5s a
        Settings     pouch-send --config Configs/sender-tls.yaml --set limits.frame=1MiB report.pdf
                     pouch-send --config Configs/sender-tls.yaml --check --connect
        Messages     pouch-send --to tcp://127.0.0.1:7447 --json report.pdf | jq .event

      EXIT STATUS
        0 every object was acknowledged; 2 some were not; 64 usage; 65 bad data; 66 an input is
        missing (nothing was sent); 69 nobody answered; 75 timed out; 76 the peer speaks something
        else; 77 TLS, identity or a key's permissions; 78 configuration; 130, 143 interrupted.
      """,
    version: PouchVersion.text)

  struct EndpointOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        """
        Connect to this receiver: tcp://host:port, tls://host:port, unix:///path or unix:@name. \
        Several are tried in turn.
        """, valueName: "endpoint"))
    var to: [String] = []

    @Option(
      help: ArgumentHelp(
        "Listen here for a receiver; port 0 is any free one. Repeatable.", valueName: "endpoint"))
    var listen: [String] = []
  }

  struct ObjectOptions: ParsableArguments {
    @Argument(
      help: ArgumentHelp("Files to send; - is standard input.", valueName: "path"),
      completion: .file())
    var paths: [String] = []

    @Option(help: ArgumentHelp("What the object read from standard input is called."))
    var name: String?

    @Option(
      help: ArgumentHelp("What travels beside every object; repeatable.", valueName: "key=value"))
    var header: [String] = []
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
  }

  @OptionGroup(title: "Endpoints") var endpoint: EndpointOptions
  @OptionGroup(title: "Objects") var object: ObjectOptions
  @OptionGroup(title: "TLS and identity") var tls: TLSOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Delivery") var delivery: DeliveryOptions
  @OptionGroup(title: "Settings") var settings: ConfigurationOptions
  @OptionGroup(title: "Messages") var status: StatusOptions

  func validate() throws {
    if object.paths.isEmpty, !settings.check {
      throw ValidationError("name at least one file, or - for standard input")
    }
    if object.name != nil, !object.paths.contains("-") {
      throw ValidationError("--name is for the object read from standard input (-)")
    }
    _ = try headers()
  }

  func run() async throws {
    let environment = Environment.all
    let console = status.makeConsole("pouch-send", environment)
    var request = SendRequest(reader: settings.reader(environment, options))
    request.paths = object.paths
    request.name = object.name
    request.headers = try headers()
    request.isCheck = settings.check
    request.connects = settings.connect
    request.allowedUsers = tls.peers.users
    request.progress = status.progressStyle(environment)
    let result = await SendCommand(request, console).run()
    throw ExitCode(result.rawValue)
  }

  private var options: [SettingOption] {
    var options: [SettingOption] = []
    if !endpoint.to.isEmpty {
      options.append(SettingOption("--to", "connect", list: endpoint.to))
    }
    if !endpoint.listen.isEmpty {
      options.append(SettingOption("--listen", "listen", list: endpoint.listen))
    }
    options += tls.settings
    options +=
      PipelineText(
        compress: pipeline.compress, integrity: pipeline.integrity, key: pipeline.hmacKey
      ).settings
    if let level = delivery.acknowledge {
      options.append(SettingOption("--acknowledge", "delivery.acknowledge", level))
    }
    if let timeout = delivery.timeout {
      options.append(SettingOption("--timeout", "delivery.timeout", timeout))
    }
    return options + status.settings
  }

  private func headers() throws -> [String: String] {
    var headers: [String: String] = [:]
    for header in object.header {
      guard let equals = header.firstIndex(of: "="), equals != header.startIndex else {
        throw ValidationError("--header \(header): write key=value")
      }
      headers[String(header[..<equals])] = String(header[header.index(after: equals)...])
    }
    return headers
  }
}
