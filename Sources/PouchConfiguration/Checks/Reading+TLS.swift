internal import PouchCore
internal import PouchTLS

/// Whether a listener demands a certificate of those who connect.
enum PeerCertificate: String, Sendable, CaseIterable {
  case required, none
}

extension Reading {
  /// Reads the TLS settings and checks them against the endpoints that need them.
  mutating func tls(_ assignments: Assignments, _ endpoints: PlacedEndpoints) -> TLSSettings? {
    let before = diagnostics.count
    let policy = assignments.value(Settings.TLS.policy, &self)
    let serverName = assignments.value(Settings.TLS.serverName, &self)
    let peerCertificate = assignments.value(Settings.TLS.peerCertificate, &self)
    let allow = assignments.value(Settings.TLS.allow, &self)
    guard let endpoint = endpoints.tls else {
      checkUnused(assignments, endpoints)
      return nil
    }
    let trust = check(assignments.value(Settings.TLS.trust, &self), "trust file")
    let certificate = check(assignments.value(Settings.TLS.certificate, &self), "certificate")
    let key = check(assignments.value(Settings.TLS.key, &self), "private key", .secret)
    let isListening = endpoints.isListening
    let demandsCertificate = !isListening || peerCertificate == .required
    if demandsCertificate, assignments[Settings.TLS.trust.descriptor.path] == nil {
      report(
        endpoint.place,
        "'\(endpoint.value)' needs \(name(Settings.TLS.trust, at: endpoint.place)): whom to believe",
        hint: advice(
          Settings.TLS.trust, "ca.pem", yaml: "tls: {trust: ca.pem}", at: endpoint.place)
          + ", the file of the authority that made the peer's certificate")
    }
    checkPair(assignments, endpoint, isListening: isListening)
    if !isListening, let place = assignments.place(of: Settings.TLS.peerCertificate),
      peerCertificate == .none
    {
      report(
        place, "a side that connects always checks the certificate of the other",
        hint: "remove 'peer-certificate'; it is for listeners")
    }
    if isListening, let place = assignments.place(of: Settings.TLS.serverName) {
      report(
        place, "\(name(Settings.TLS.serverName, at: place)) is for a side that connects",
        hint: "remove it, or use "
          + (place.isInFile ? "'allow'" : name(Settings.TLS.allow, at: place)))
    }
    if !demandsCertificate, let place = assignments.place(of: Settings.TLS.allow) {
      report(
        place,
        "\(name(Settings.TLS.allow, at: place)) needs the peer's certificate, which "
          + "'peer-certificate: none' does without",
        hint: "remove one of them")
    }
    let settings = TLSSettings(
      trust: trust?.value.path, certificate: certificate?.value.path, key: key?.value.path,
      requiresPeerCertificate: demandsCertificate, serverName: serverName?.value,
      allowedNames: allow.map(\.value), policy: policy)
    if diagnostics.count == before {
      let places = [
        CredentialFault.Part.trust: trust?.place, .certificate: certificate?.place,
        .key: key?.place,
      ].compactMapValues(\.self)
      verify(
        settings, endpoints, places, serverName, section: assignments.sections["tls"])
    }
    return settings
  }

  /// Does what a run will do with the files, once nothing else is wrong.
  ///
  /// - Parameter places: Where the settings are given that an error may be about. Of several, the
  ///   one whose source wins over the others' is the latest change.
  private mutating func verify(
    _ settings: TLSSettings, _ endpoints: PlacedEndpoints, _ places: [CredentialFault.Part: Place],
    _ serverName: Placed<String>?, section: Place?
  ) {
    let servers = endpoints.endpoints.filter { $0.value.scheme == .tls }
    let faults = files.faults(
      settings, role: endpoints.isListening ? .server : .client,
      hosts: servers.compactMap(\.value.host))
    for fault in faults {
      let error = fault.error
      var guilty = fault.parts.compactMap { places[$0] }
      if fault.parts.isEmpty {
        // A name is all that is left to be wrong.
        let named =
          servers.map { Placed(value: $0.value.host ?? "", place: $0.place) }
          + [serverName].compactMap(\.self)
        guilty = named.filter { error.message.contains("'\($0.value)'") }.map(\.place)
      }
      var place = guilty.first
      for other in guilty where other.precedence > place?.precedence ?? 0 { place = other }
      report(place ?? places[.certificate] ?? section ?? whole, error)
    }
  }

  private mutating func checkPair(
    _ assignments: Assignments, _ endpoint: Placed<Endpoint>, isListening: Bool
  ) {
    let certificate = assignments.place(of: Settings.TLS.certificate)
    let key = assignments.place(of: Settings.TLS.key)
    switch (certificate, key) {
    case (let place?, nil):
      report(
        place, "\(pair(at: place).certificate) needs \(pair(at: place).key)",
        hint: "name its private key")
    case (nil, let place?):
      report(
        place, "\(pair(at: place).key) needs \(pair(at: place).certificate)",
        hint: "name the certificate it belongs to")
    case (nil, nil) where isListening:
      let (certificate, key) = pair(at: endpoint.place)
      report(
        endpoint.place, "'\(endpoint.value)' needs \(certificate) and \(key) to listen",
        hint: "run: pouch-certs create --output Certs")
    default: break
    }
  }

  private func pair(at place: Place) -> (certificate: String, key: String) {
    (name(Settings.TLS.certificate, at: place), name(Settings.TLS.key, at: place))
  }

  /// TLS settings without an endpoint that uses them look like a protection that is not there. An
  /// endpoint from a source that wins over them, such as `--to`, is a choice and no mistake.
  private mutating func checkUnused(_ assignments: Assignments, _ endpoints: PlacedEndpoints) {
    guard let first = endpoints.endpoints.first else { return }
    let descriptors = Table.everything.filter { $0.section == "tls" }
    guard
      let written = descriptors.lazy.compactMap({ assignments[$0.path] })
        .first(where: { $0.key.precedence >= endpoints.precedence })
    else { return }
    report(
      assignments.sections["tls"].flatMap { written.key.isInFile ? $0 : nil } ?? written.key,
      "TLS is set up, but '\(first.value)' does not use it",
      hint: "write tls:// in the endpoint, or "
        + (written.key.isInFile ? "remove the 'tls' settings" : "leave out what TLS alone needs"))
  }
}
