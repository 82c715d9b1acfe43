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
    await PouchReceive.start(lists: [
      "--listen", "--from", "--accept", "--require", "--set", "--allow",
    ])
  }
}

struct PouchReceive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pouch-receive",
    abstract: "Receives objects from Pouch senders, and puts each where it belongs.",
    discussion: """
      EXAMPLES
        Endpoints
          pouch-receive --listen tcp://127.0.0.1:7447 --output inbox
          pouch-receive --from unix:///run/pouch/out.sock --output inbox
          pouch-receive --from tcp://127.0.0.1:1243 --framing length10 --lines
        Objects
          pouch-receive --listen tcp://127.0.0.1:0 --output inbox --count 3
          pouch-receive --listen unix:@here --raw --count 1 > src.tar
          pouch-receive --listen unix:@here --lines --strict | jq .celsius
          pouch-receive --listen unix:@here --diagnostic --accept pickle
        TLS and identity
          pouch-receive --listen tls://0.0.0.0:7447 --trust Certs/ca.pem \\
            --certificate Certs/receiver.pem --key Certs/receiver.key \\
            --allow sender --output inbox
        Pipeline
          pouch-receive --listen unix:@here --require crc32c --output inbox
        Settings
          pouch-receive --config Configs/receiver-tls.yaml --set log.level=debug
          pouch-receive --config Configs/receiver-tls.yaml --check
        Messages
          pouch-receive --listen unix:@here --output inbox --json | jq .event

      An object's name is a label, not a path: it stays below the output directory, in directories \
      that are made when they are missing, and is never led away by '..' or a link. An object \
      without a name becomes object-1 and so on. A file appears under its name when it is whole; \
      one that begins with '.pouch-' is not, and nobody needs it once no receiver is running. A full \
      disk refuses an object, and the next one may fit. A directory that is removed and made again is \
      found again; until then objects are refused. One that becomes read-only ends the receiver.

      On stdout one object is behind the other, in the order in which they are whole; until then they \
      wait in memory and in a file without a name under TMPDIR, within limits.spill. While none is \
      whole, --raw writes one as it comes; it has to bring 1 KiB a second while others wait, or is cut \
      off. An object that brings nothing for timeouts.body is refused. What --raw has written of an object that breaks off \
      cannot be taken back: it is told at once with its size, and the exit status is 65 whatever comes \
      later. When stdout takes nothing any more, the receiver ends with 73.

      Pickles are read as data: nothing that one asks for is looked up, imported or called. With \
      --output and --raw they are written as they are, and not read.

      In the value of an option and in a file, ~/ and ~user/ at the beginning of a path are home \
      directories; ./~ is what is called so itself.

      EXIT STATUS
        0    success
        2    some objects could not be stored, or did not come whole
        64   usage
        65   some objects were not what they should be, or stdout holds a part of one
        69   nobody answered, or the connection broke
        71   no descriptor is left: raise 'ulimit -n'
        73   the output, or an event, cannot be written
        76   the peer speaks something else
        77   TLS, identity, or a key's permissions
        78   configuration
        130  interrupted, and timeouts.drain was not enough for what was in flight; 143 by SIGTERM
      """,
    version: PouchVersion.text)

  struct EndpointOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        """
        Listen here for senders: tcp://host:port, tls://host:port, unix:///path or unix:@name. A \
        host is every address that its name has, * is all of this machine's; port 0 is any free \
        one. Repeatable.
        """, valueName: "endpoint"))
    var listen: [ArgumentList] = []

    @Option(
      help: ArgumentHelp(
        "Connect to this sender, which listens. Repeatable.", valueName: "endpoint"))
    var from: [ArgumentList] = []

    @Option(
      help: ArgumentHelp(
        """
        pouch, or length10: pickles as the Python sockets tutorial sends them, unauthenticated and \
        unchecked.
        """, valueName: "framing"))
    var framing: String?
  }

  struct ObjectOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Write each object to a file in this directory.", valueName: "directory"),
      completion: .directory)
    var output: String?

    @Option(
      help: ArgumentHelp(
        "When a file of the object's name is there: rename (name.1), overwrite or refuse.",
        valueName: "choice"))
    var onConflict: String?

    @Flag(help: "Write payloads to stdout as they are, one after the other.")
    var raw = false

    @Flag(help: "Write objects to stdout as JSON, one a line, and say what JSON cannot hold.")
    var lines = false

    @Flag(help: "Write objects to stdout in CBOR's diagnostic notation, one a line.")
    var diagnostic = false

    @Flag(help: "With --lines: refuse an object that JSON cannot hold whole.")
    var strict = false

    @Option(
      help: ArgumentHelp(
        """
        A format to take: raw, cbor, json or pickle, which is read as data alone; repeatable. The \
        first three by default.
        """, valueName: "format"))
    var accept: [ArgumentList] = []

    @Option(help: ArgumentHelp("End after this many objects.", valueName: "number"))
    var count: String?
  }

  struct PipelineOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "A stage that a sender's pipeline must have: crc32c, sha-256, hmac-sha-256; repeatable.",
        valueName: "stage"))
    var require: [ArgumentList] = []

    @Option(
      help: ArgumentHelp(
        "File whose bytes are the key of hmac-sha-256, shared with the sender.",
        valueName: "file"), completion: .file())
    var hmacKey: String?
  }

  @OptionGroup(title: "Endpoints") var endpoint: EndpointOptions
  @OptionGroup(title: "Objects") var object: ObjectOptions
  @OptionGroup(title: "TLS and identity") var tls: TLSOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Settings") var settings: ConfigurationOptions
  @OptionGroup(title: "Messages") var status: StatusOptions

  func run() async throws {
    let environment = Environment.all
    let console = status.makeConsole("pouch-receive", environment)
    var request = CommandRequest(reader: settings.reader(environment, options))
    request.isCheck = settings.check
    request.connects = settings.connect
    request.allowedUsers = tls.peers.users
    request.progress = status.progressStyle(environment)
    let result = await ReceiveCommand(request, console).run()
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
    add("--from", "connect", list: endpoint.from.all)
    add("--listen", "listen", list: endpoint.listen.all)
    add("--framing", "framing", endpoint.framing)
    options += tls.settings
    add("--output", "output.directory", object.output)
    add("--on-conflict", "output.on-conflict", object.onConflict)
    add("--count", "output.count", object.count)
    if object.raw { add("--raw", "output.raw", "true") }
    if object.lines { add("--lines", "output.lines", "true") }
    if object.diagnostic { add("--diagnostic", "output.diagnostic", "true") }
    if object.strict { add("--strict", "output.strict", "true") }
    add("--accept", "formats", list: object.accept.all)
    add("--require", "pipeline.require", list: pipeline.require.all)
    add("--hmac-key", "pipeline.hmac-key", pipeline.hmacKey)
    return options + status.settings
  }
}
