internal import PouchCore
internal import PouchSockets

/// The endpoints of a configuration with their places, for what is checked against them.
struct PlacedEndpoints {
  var isListening: Bool
  var endpoints: [Placed<Endpoint>]

  var settings: EndpointSettings {
    let values = endpoints.map(\.value)
    return isListening ? .listen(values) : .connect(values)
  }

  /// The first endpoint that speaks TLS.
  var tls: Placed<Endpoint>? { endpoints.first { $0.value.scheme == .tls } }

  /// The source that says where to go.
  var precedence: Int { endpoints.map(\.place.precedence).max() ?? 0 }
}

extension Reading {
  /// Reads `connect` or `listen`, and checks each endpoint.
  mutating func endpoints(_ assignments: Assignments) -> PlacedEndpoints {
    let connect = assignments.place(of: Settings.connect)
    let listen = assignments.place(of: Settings.listen)
    if let connect, let listen {
      let later = (connect.line, connect.column) < (listen.line, listen.column) ? listen : connect
      report(
        later,
        "\(name(Settings.connect, at: later)) and \(name(Settings.listen, at: later)) exclude one "
          + "another", hint: "keep one of them")
    }
    if connect == nil, listen == nil {
      report(
        whole, "it says neither where to connect nor where to listen",
        hint: whole.isInFile
          ? "write 'connect: ENDPOINT' or 'listen: ENDPOINT', or use the command's options"
          : advice(Settings.connect, "ENDPOINT", at: whole) + " or "
            + (CommandOption.name(of: Settings.listen.descriptor.path, role) ?? "") + " ENDPOINT",
        isUsage: true)
    }
    let isListening = connect == nil
    let insecure = assignments.value(Settings.insecure, &self)
    var kept: [Placed<Endpoint>] = []
    for setting in [Settings.connect, Settings.listen] {
      let endpoints = assignments.value(setting, &self).compactMap { resolve($0) }
      for (index, endpoint) in endpoints.enumerated() {
        let isListener = setting.descriptor.path == Settings.listen.descriptor.path
        check(endpoint, isListening: isListener, insecure: insecure)
        if endpoints[..<index].contains(where: { $0.value == endpoint.value }),
          endpoint.value.port != 0
        {
          report(endpoint.place, "'\(endpoint.value)' is named twice", hint: "remove one of them")
        }
      }
      kept += endpoints
    }
    return PlacedEndpoints(isListening: isListening, endpoints: kept)
  }

  /// Makes the path of a Unix socket one that can be used from the current directory.
  private mutating func resolve(_ endpoint: Placed<Endpoint>) -> Placed<Endpoint>? {
    guard case .path(let written) = endpoint.value.address else { return endpoint }
    guard let path = resolve(Placed(value: written, place: endpoint.place))?.value.path else {
      return nil
    }
    do {
      return Placed(value: try Endpoint("unix:\(path)"), place: endpoint.place)
    } catch {
      report(endpoint.place, error.message, hint: "the path is \(path)")
      return nil
    }
  }

  private mutating func check(
    _ endpoint: Placed<Endpoint>, isListening: Bool, insecure: Bool
  ) {
    let value = endpoint.value
    switch value.scheme {
    case .tcp:
      if !insecure { checkLoopback(endpoint) }
    case .tls: break
    case .unix:
      if isListening { checkSocket(endpoint) }
    default:
      report(
        endpoint.place, "unknown transport '\(value.scheme)'", hint: "available: tcp, tls, unix")
    }
    if isListening { return }
    if value.port == 0 {
      report(endpoint.place, "nobody can connect to port 0", hint: "name the port")
    }
    if value.host == "*" {
      report(
        endpoint.place, "'*' stands for every address, to listen at: nobody can connect to it",
        hint: "name the host")
    }
  }

  /// Plain TCP goes to loopback alone, whatever the host is called: what counts is what its name
  /// resolves to. A name without an address is for the run to tell, which looks again and keeps
  /// to the same rule.
  private mutating func checkLoopback(_ endpoint: Placed<Endpoint>) {
    guard let host = endpoint.value.host,
      let other = files.addresses(of: host)?.first(where: { !$0.isLoopback })
    else { return }
    let finding = other.text == host || host == "*" ? "" : " ('\(host)' is \(other.text))"
    let consent = advice(Settings.insecure, "true", at: endpoint.place)
    report(
      endpoint.place,
      "plain tcp leaves this machine\(finding): anyone on the way can read and change it",
      hint: "use tls://, or \(consent) if that is meant")
  }

  private mutating func checkSocket(_ endpoint: Placed<Endpoint>) {
    guard case .path(let path) = endpoint.value.address else { return }
    let parent = PouchConfiguration.directory(of: path)
    let place = endpoint.place
    if let problem = files.problem(withDirectory: parent.isEmpty ? "." : parent) {
      let reason = problem.reason.map { ": \($0)" } ?? ""
      report(
        place, "no socket can be made in '\(parent.isEmpty ? "." : parent)'\(reason)",
        hint: problem.hint ?? "make the directory, or make it writable", showsSource: false)
    } else if let facts = try? files.facts(of: path), facts.kind != .socket {
      report(
        place, "'\(path)' is there already and is not a socket", hint: "choose another path",
        showsSource: false)
    }
  }
}
