package import CBOR

/// A stage as the hello announces it.
package struct AnnouncedStage: Sendable, Equatable {
  package var name: StageName
  package var parameters: [String: CBOR.Value]

  package init(name: StageName, parameters: [String: CBOR.Value]) {
    self.name = name
    self.parameters = parameters
  }

  package init(_ stage: any Stage) {
    self.init(name: stage.name, parameters: stage.parameters)
  }
}

/// What one end says of itself in HELLO, WELCOME or READY (docs/wire.md, section 4). A field is
/// nil where the message does not carry it.
package struct Hello: Sendable, Equatable {
  /// Lowest and highest minor version; equal in a WELCOME.
  package var version: ClosedRange<UInt64>?
  package var role: Role?
  package var id: [UInt8]?
  package var nonce: [UInt8]?
  package var software: String?
  package var frame: UInt64?
  package var object: UInt64?
  package var heartbeat: UInt64?
  package var session: [UInt8]?
  package var pipeline: [AnnouncedStage]?
  package var acknowledge: AcknowledgementLevel?
  package var formats: [String]?
  package var window: Window?
  package var received: UInt64?

  package init() {}
}

extension Hello {
  /// The map that travels, with `grease` as a key that nobody knows.
  package func encoded(_ kind: FrameKind, grease: String) -> [UInt8] {
    var fields: [(String, CBOR.Value)] = []
    func add(_ key: String, _ value: CBOR.Value?) {
      if let value { fields.append((key, value)) }
    }
    if let version {
      let low = CBOR.Value.unsigned(version.lowerBound)
      add("version", kind == .hello ? .array([low, .unsigned(version.upperBound)]) : low)
    }
    add("role", role.map { .text($0.rawValue) })
    add("id", id.map { .bytes($0) })
    add("nonce", nonce.map { .bytes($0) })
    add("software", software.map { .text($0) })
    add("frame", frame.map { .unsigned($0) })
    add("object", object.map { .unsigned($0) })
    add("heartbeat", heartbeat.map { .unsigned($0) })
    add("session", session.map { .bytes($0) })
    add("pipeline", pipeline.map { .array($0.map(Hello.encode)) })
    add("acknowledge", acknowledge.map { .text($0.rawValue) })
    add("formats", formats.map { .array($0.map { .text($0) }) })
    add(
      "window",
      window.map {
        .textMap([
          ("objects", .unsigned(UInt64(max(0, $0.objects)))),
          ("bytes", .unsigned(UInt64(max(0, $0.bytes)))),
        ])
      })
    add("received", received.map { .unsigned($0) })
    add("grease-" + grease, .unsigned(UInt64(grease.utf8.count)))
    return CBOR.Value.textMap(fields).encoded()
  }

  private static func encode(_ stage: AnnouncedStage) -> CBOR.Value {
    let parameters = stage.parameters.sorted { $0.key < $1.key }
    return .array([.text(stage.name.rawValue), .textMap(parameters.map { ($0.key, $0.value) })])
  }

  /// Reads the map that travels: the fields that the table puts into a message of `kind` from a
  /// `peer`. What stands there beside them is ignored.
  ///
  /// - Throws: `.protocolMismatch` for another version or role; `.badData` for what is not a map, or
  ///   where a field is missing or has the wrong type.
  package init(reading body: Bytes, kind: FrameKind, from peer: Role) throws(PouchError) {
    self.init()
    let map = try WireMap(reading: body, what: "fields of a \(kind)")
    if kind != .ready {
      // The version first: another one may have other fields.
      version = try Hello.readVersion(map, kind)
      role = try Hello.readRole(map, peer)
      id = try Hello.sixteen(map, "id")
      nonce = try Hello.sixteen(map, "nonce")
      software = try map.required("software", map.text("software"))
      frame = try map.required("frame", map.unsigned("frame"))
      object = try map.required("object", map.unsigned("object"))
      heartbeat = try map.required("heartbeat", map.unsigned("heartbeat"))
      if peer == .sender { try readSender(map) }
    }
    if peer == .receiver, kind != .hello { try readReceiver(map) }
  }

  private mutating func readSender(_ map: WireMap) throws(PouchError) {
    session = try Hello.sixteen(map, "session")
    pipeline = try map.required("pipeline", Hello.readPipeline(map))
    let level = try map.required("acknowledge", map.text("acknowledge"))
    guard let known = AcknowledgementLevel(rawValue: level) else {
      throw PouchError(.protocolMismatch, "the peer wants the unknown acknowledgement '\(level)'")
    }
    acknowledge = known
    var formats: [String] = []
    for format in try map.required("formats", map.array("formats")) {
      guard let name = format.text else {
        throw PouchError(.badData, "'formats' in the hello are not all text")
      }
      formats.append(name)
    }
    self.formats = formats
  }

  private mutating func readReceiver(_ map: WireMap) throws(PouchError) {
    let window = try map.required("window", map.map("window"))
    self.window = Window(
      objects: Int(clamping: try window.required("objects", window.unsigned("objects"))),
      bytes: Int(clamping: try window.required("bytes", window.unsigned("bytes"))))
    received = try map.unsigned("received")
  }

  private static func readVersion(
    _ map: WireMap, _ kind: FrameKind
  ) throws(PouchError) -> ClosedRange<UInt64> {
    let range: ClosedRange<UInt64>
    if kind == .hello {
      let bounds = try map.required("version", map.array("version"))
      guard bounds.count == 2, let low = bounds[0].unsignedInteger,
        let high = bounds[1].unsignedInteger
      else { throw PouchError(.badData, "'version' in a HELLO is not two integers") }
      guard low <= high else { throw wrongVersion }
      range = low...high
    } else {
      let chosen = try map.required("version", map.unsigned("version"))
      range = chosen...chosen
    }
    guard range.contains(UInt64(Preface.minor)) else { throw wrongVersion }
    return range
  }

  private static var wrongVersion: PouchError {
    PouchError(
      .protocolMismatch, "the peer speaks no version of the protocol that this side does"
    ).answered(by: .reject(.version))
  }

  private static func readRole(_ map: WireMap, _ peer: Role) throws(PouchError) -> Role {
    let text = try map.required("role", map.text("role"))
    guard let role = Role(rawValue: text) else {
      throw PouchError(.protocolMismatch, "the peer is neither a sender nor a receiver")
        .answered(by: .reject(.role))
    }
    guard role == peer else {
      throw PouchError(
        .protocolMismatch, "both ends are \(role)s",
        hint: "a sender talks to a receiver, whoever connects"
      ).answered(by: .reject(.role))
    }
    return role
  }

  private static func sixteen(_ map: WireMap, _ key: String) throws(PouchError) -> [UInt8] {
    let bytes = try map.required(key, map.bytes(key))
    guard bytes.count == 16 else {
      throw PouchError(.badData, "'\(key)' in the hello has \(bytes.count) bytes, not 16")
    }
    return bytes
  }

  private static func readPipeline(_ map: WireMap) throws(PouchError) -> [AnnouncedStage]? {
    guard let entries = try map.array("pipeline") else { return nil }
    var stages: [AnnouncedStage] = []
    for entry in entries {
      guard let pair = entry.array, pair.count == 2, let name = pair[0].text,
        let parameters = pair[1].map
      else { throw PouchError(.badData, "'pipeline' in the hello is not a list of stages") }
      var known: [String: CBOR.Value] = [:]
      for parameter in parameters {
        guard let key = parameter.key.text else {
          throw PouchError(.badData, "a stage parameter's name is not text")
        }
        known[key] = parameter.value
      }
      stages.append(AnnouncedStage(name: StageName(rawValue: name), parameters: known))
    }
    return stages
  }
}
