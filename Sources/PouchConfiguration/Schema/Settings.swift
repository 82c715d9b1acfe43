internal import Pouch
internal import PouchCore
internal import PouchTLS

/// The table of every setting. Parsing, `--set`, the environment, the documentation and the JSON
/// Schema all come from it.
enum Settings {
  static let version = Setting.value(
    "version", as: .count(1...1), initial: 1,
    "The version of this format. Every file says it."
  ).fromFilesOnly()

  static let connect = Setting.list(
    "connect", as: ValueType<Endpoint>.endpoint,
    """
    Where to connect: `tcp://host:port`, `tls://host:port`, `unix:///path` or `unix:@name`. \
    Exactly one of `connect` and `listen` is given.
    """)

  static let listen = Setting.list(
    "listen", as: ValueType<Endpoint>.endpoint,
    "Where to listen. Port 0 asks the system for a free port. A sender may listen, too.")

  static let insecure = Setting.value(
    "insecure", as: .boolean, initial: false,
    "Lets plain `tcp` leave this machine: without it, `tcp` endpoints are loopback addresses.")

  // MARK: Sections

  enum TLS {
    static let trust = Setting.optional(
      "tls", "trust", as: .path,
      "PEM file of the certificate authorities that vouch for the peer.")
    static let certificate = Setting.optional(
      "tls", "certificate", as: .path,
      "PEM file of this end's certificate and what links it to its authority. A listener has one.")
    static let key = Setting.optional(
      "tls", "key", as: .path,
      "PEM file of the certificate's private key, readable by its owner alone.")
    static let policy = Setting.value(
      "tls", "policy", as: .policy, initial: .modern,
      "`modern` is TLS 1.3; `compatible-2026` takes TLS 1.2 as well.")
    static let serverName = Setting.optional(
      "tls", "server-name", as: .certificateName,
      "The name to look for in the listener's certificate, when it is not the endpoint's host.")
    static let peerCertificate = Setting.value(
      "tls", "peer-certificate", as: .choice("demand"),
      initial: PeerCertificate.required,
      "Whether a listener demands a certificate of those who connect.")
    static let allow = Setting.list(
      "tls", "allow", as: .certificateName,
      """
      Names (DNS, IP address or URI) of which the peer's certificate must have one. Without it, \
      every certificate of a trusted authority will do.
      """)
  }

  enum Limits {
    private static let standard = Pouch.Limits()

    static let frame = Setting.value(
      "limits", "frame", as: .size((8 << 10)...(16 << 20)), initial: standard.frame,
      "The largest frame body accepted.")
    static let object = Setting.value(
      "limits", "object", as: .size(1...(1 << 40)), initial: standard.object,
      "The largest object accepted when it is handed over whole, in memory.")
    static let stream = Setting.value(
      "limits", "stream", as: .sizeOrUnlimited(1...(1 << 50)),
      initial: standard.stream.map { Int(clamping: $0) },
      "The largest object accepted when it is taken as a stream, as files are.")
    static let connections = Setting.value(
      "limits", "connections", as: .count(1...1_000_000), initial: standard.connections,
      "Connections that a listener holds at once.")
    static let unauthenticated = Setting.value(
      "limits", "unauthenticated", as: .count(1...1_000_000), initial: standard.unauthenticated,
      """
      Connections at once at each step of the handshake, from their first bytes on. One more, and \
      the oldest at that step is closed.
      """)
    static let silent = Setting.value(
      "limits", "silent", as: .count(1...1_000_000), initial: standard.silent,
      """
      Connections at once that have said nothing; at most a quarter of the files that the process \
      may open. One more, and the oldest is closed.
      """)
    static let spill = Setting.value(
      "limits", "spill", as: .size((1 << 20)...(1 << 50)), initial: 1 << 30,
      roles: [.receiver],
      """
      What is kept of one peer's objects that wait for stdout, in memory and in a file without a name \
      under TMPDIR; four times that for all peers.
      """)
  }

  enum Timeouts {
    private static let standard = Pouch.Timeouts()
    private static let range = Duration.milliseconds(1)...Duration.seconds(86_400)

    static let connect = Setting.value(
      "timeouts", "connect", as: .duration(range), initial: standard.connect,
      "For connecting to an endpoint.")
    static let opening = Setting.value(
      "timeouts", "opening", as: .duration(range), initial: standard.opening,
      "For the first bytes of a peer that has connected.")
    static let tlsHandshake = Setting.value(
      "timeouts", "tls-handshake", as: .duration(range), initial: standard.tlsHandshake,
      "For the TLS handshake.")
    static let hello = Setting.value(
      "timeouts", "hello", as: .duration(range), initial: standard.hello,
      "For the exchange of hellos.")
    static let body = Setting.value(
      "timeouts", "body", as: .duration(range), initial: standard.body,
      """
      A frame that has begun must bring at least 1 KiB/s over this time; with `length10`, an \
      object, whose receiver must take it as fast.
      """)
    static let heartbeat = Setting.value(
      "timeouts", "heartbeat", as: .duration(range), initial: standard.heartbeat,
      """
      The silence after which the peer is asked for a sign of life. After three times that, it \
      counts as lost.
      """)
    static let close = Setting.value(
      "timeouts", "close", as: .duration(range), initial: standard.close,
      "For the peer's part of an orderly end.")
    static let drain = Setting.value(
      "timeouts", "drain", as: .duration(range), initial: standard.drain,
      """
      For what is in flight when this end is asked to stop; and, when a sender has sent its last \
      object, from one answer to the next.
      """)
  }

  enum Delivery {
    static let acknowledge = Setting.value(
      "delivery", "acknowledge", as: .choice("acknowledgement level"),
      initial: AcknowledgementLevel.processed, roles: [.sender],
      """
      When the receiver answers for an object: never, when it has arrived whole, or when it has \
      been processed.
      """)
    static let window = Setting.value(
      "delivery", "window", as: .size(1...(1 << 40)), initial: Window.standard.bytes,
      "Bytes on their way at once. A sender keeps to the smaller of its own and the receiver's.")
    static let windowObjects = Setting.value(
      "delivery", "window-objects", as: .count(1...100_000_000),
      initial: Window.standard.objects,
      "Objects on their way at once.")
    static let timeout = Setting.optional(
      "delivery", "timeout", as: .duration(.milliseconds(1)...(.seconds(86_400 * 365))),
      roles: [.sender],
      "For the acknowledgement of an object. Without it, a sender waits for as long as it takes.")
    static let broadcast = Setting.value(
      "delivery", "broadcast", as: .boolean, initial: false, roles: [.sender],
      """
      For a sender that listens: each receiver that connects gets every object. Inputs are read \
      once and held in memory, `limits.object` bytes in all.
      """)
    static let receivers = Setting.optional(
      "delivery", "receivers", as: .count(1...Int.max), roles: [.sender],
      "With `broadcast`: how many receivers to serve before ending. Without it, a sender goes on.")
  }

  enum Pipeline {
    static let hmacKey = Setting.optional(
      "pipeline", "hmac-key", as: .path, roles: [.receiver],
      "File whose bytes are the key that `hmac-sha-256` shares with the sender.")
    static let require =
      Setting.list(
        "pipeline", "require", as: .choice("stage"), roles: [.receiver],
        "Stages that a sender's pipeline must have, whatever else it has."
      ) as Setting<[Placed<StageKind>]>
    static let allow =
      Setting.list(
        "pipeline", "allow", as: .choice("stage"), roles: [.receiver],
        """
        Stages that it may have as well. Without it: `deflate`, `crc32c` and `sha-256`, and with a \
        key `hmac-sha-256`.
        """
      ) as Setting<[Placed<StageKind>]>
  }

  enum Output {
    static let directory = Setting.optional(
      "output", "directory", as: .path, roles: [.receiver],
      """
      The directory for what arrives, made when it is missing. Exactly one of this, `raw`, `lines` \
      and `diagnostic` says where objects go.
      """)
    static let onConflict = Setting.value(
      "output", "on-conflict", as: .choice("choice"), initial: OutputSettings.OnConflict.rename,
      roles: [.receiver],
      "What to do when a file of the object's name is there already.")
    static let count = Setting.optional(
      "output", "count", as: .count(1...Int.max), roles: [.receiver],
      "How many objects to take before ending. Without it, a receiver goes on.")
    static let raw = Setting.value(
      "output", "raw", as: .boolean, initial: false, roles: [.receiver],
      "Writes payloads to standard output as they are, one after the other.")
    static let lines = Setting.value(
      "output", "lines", as: .boolean, initial: false, roles: [.receiver],
      """
      Writes each object to standard output as one line of JSON: those in `cbor`, `json` and, \
      where they are taken, `pickle`. What JSON cannot hold, and \
      attachments, are said on standard error.
      """)
    static let diagnostic = Setting.value(
      "output", "diagnostic", as: .boolean, initial: false, roles: [.receiver],
      """
      Writes each object to standard output as one line of CBOR's diagnostic notation, raw ones as \
      byte strings.
      """)
    static let strict = Setting.value(
      "output", "strict", as: .boolean, initial: false, roles: [.receiver],
      "With `lines`: refuses an object that JSON cannot hold whole.")
  }

  enum Log {
    static let level = Setting.value(
      "log", "level", as: .choice("level"), initial: LogSettings.Level.info,
      "The least important messages that are still logged.")
    static let format = Setting.value(
      "log", "format", as: .choice("format"), initial: LogSettings.Format.text,
      "One line of text or one JSON object for each message.")
  }
}

extension Setting {
  func fromFilesOnly() -> Setting {
    var copy = self
    copy.descriptor.isFileOnly = true
    copy.descriptor.isRequired = true
    copy.descriptor.initial = nil
    return copy
  }
}
