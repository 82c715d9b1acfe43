package import Pouch
package import PouchCore

extension Console {
  /// Tells what happens to connections.
  package func report(_ event: ConnectionEvent) {
    switch event {
    case .listening(let endpoint):
      log(.info, "listening on \(endpoint)", [("endpoint", .text(endpoint.description))])
      self.event("listening", [("endpoint", .text(endpoint.description))])
    case .bound(let endpoint, let address):
      let details: [(String, JSONValue)] = [
        ("endpoint", .text(endpoint.description)), ("address", .text(address)),
      ]
      log(.info, "  at \(address)", details)
      self.event("bound", details)
    case .paused(let endpoint, let error):
      let details = [("endpoint", JSONValue.text(endpoint.description))] + Console.details(error)
      log(.warning, "\(error)", details)
      self.event("paused", details)
    case .resumed(let endpoint):
      let details = [("endpoint", JSONValue.text(endpoint.description))]
      log(.warning, "connections are accepted again at \(endpoint)", details)
      self.event("resumed", details)
    case .opened(let endpoint): log(.trace, "the stream to \(endpoint) is open")
    case .secured(let endpoint, _): log(.trace, "the stream to \(endpoint) is secure")
    case .warning(let endpoint, let text):
      log(.warning, text, [("endpoint", .text(endpoint.description))])
    case .objectRefused(let connection, let object, let refusal):
      log(.debug, "object \(object.id) from \(connection.peer) was refused: \(refusal.text)")
    case .connected(let connection):
      let details = Console.details(connection)
      log(.debug, "connected: \(connection)", details)
      self.event("connected", details)
    case .refused(let endpoint, let error):
      let details = Console.details(error)
      warn(
        "turned away", Console.reason(error), "a peer was turned away: \(error)", details,
        event: [("fatal", .bool(false)), ("endpoint", .text(endpoint.description))] + details)
    case .disconnected(let connection, let error):
      var details: [(String, JSONValue)] = [
        ("endpoint", .text(connection.endpoint.description)),
        ("peer", .text(connection.peer.description)),
      ]
      if let error {
        details.append(("error", .object(Console.details(error))))
        // A reset says itself what has happened.
        let saysSo = error.message.hasPrefix("the connection broke")
        warn(
          "broken", Console.reason(error), saysSo ? "\(error)" : "the connection broke: \(error)",
          details)
      } else {
        log(.debug, "disconnected: \(connection.peer)", details)
      }
      self.event("disconnected", details)
    }
  }

  /// What is known of a connection, for machines.
  static func details(_ connection: ConnectionInfo) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("endpoint", .text(connection.endpoint.description)),
      ("peer", .text(connection.peer.description)),
      ("names", .array(connection.peer.names.map { .text($0) })),
      ("software", .text(connection.software)),
      ("pipeline", .array(connection.pipeline.map { .text($0.rawValue) })),
      ("acknowledge", .text(connection.acknowledge.rawValue)),
    ]
    if let credentials = connection.peer.credentials {
      members.append(("uid", .unsigned(UInt64(credentials.userID))))
    }
    if let security = connection.peer.security {
      members.append(
        (
          "tls",
          .object([
            ("version", .text(security.version)), ("cipher", .text(security.cipher)),
            ("group", .text(security.group)),
          ])
        ))
    }
    return members
  }

  /// What is known of an error, for machines.
  static func details(_ error: PouchError) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("code", .text(error.code.description)), ("message", .text(error.description)),
    ]
    if let hint = error.hint { members.append(("hint", .text(hint))) }
    if let id = error.objectID { members.append(("id", .unsigned(id))) }
    return members
  }

  /// What an error has in common with others of its cause, whoever is at the other end.
  static func reason(_ error: PouchError) -> String {
    // The cause of a refusal is in the peer's own words.
    let cause = error.answer == .silence ? nil : error.cause
    return ([error.code.description, error.message] + [cause].compactMap(\.self))
      .joined(separator: ": ")
  }

  /// Tells the error that ends the command, on stderr and as an event.
  package func report(fatal error: PouchError, _ status: ExitStatus) {
    fail(error.description, hint: error.hint)
    var members: [(String, JSONValue)] = [
      ("fatal", .bool(true)), ("exit", .integer(Int64(status.rawValue))),
    ]
    if let endpoint = error.endpoint {
      members.append(("endpoint", .text(endpoint.description)))
    }
    lastEvent("error", members + Console.details(error))
  }
}
