/// The settings of one role, in the order of the documentation, and how to find them.
struct Table: Sendable {
  let role: Role
  let descriptors: [Descriptor]
  /// Whether this is the table of one stage, which stands beside the others.
  let isStage: Bool

  init(_ role: Role) {
    self.role = role
    descriptors = Table.everything.filter { $0.roles.contains(role) }
    isStage = false
  }

  init(_ stage: StageSection) {
    role = .sender
    descriptors = stage.descriptors
    isStage = true
  }

  func descriptor(_ path: [String]) -> Descriptor? {
    descriptors.first { $0.path == path }
  }

  /// What may stand in a section, or at the top for nil: names of settings, then of sections.
  func names(in section: String?) -> [String] {
    var names: [String] = []
    for descriptor in descriptors {
      let name = section == nil ? descriptor.path.first : descriptor.path.last
      guard let name, section == nil || descriptor.section == section, !names.contains(name)
      else { continue }
      names.append(name)
    }
    return names
  }

  func isSection(_ name: String) -> Bool {
    descriptors.contains { $0.section == name }
  }

  /// A sender's pipeline as a whole: a list of stages, with settings of their own.
  static let pipeline = Descriptor(
    path: ["pipeline"], roles: [.sender], type: "list of stages", isScalar: false,
    summary: """
      What each body goes through, in this order; the receiver undoes it in reverse. At most 8 \
      stages, each once.
      """,
    schema: JSONSchema.pipeline)

  static let everything: [Descriptor] = [
    Settings.version.descriptor,
    Settings.connect.descriptor,
    Settings.listen.descriptor,
    Settings.insecure.descriptor,
    Settings.framing.descriptor,
    Settings.formats.descriptor,

    Settings.TLS.trust.descriptor,
    Settings.TLS.certificate.descriptor,
    Settings.TLS.key.descriptor,
    Settings.TLS.policy.descriptor,
    Settings.TLS.serverName.descriptor,
    Settings.TLS.peerCertificate.descriptor,
    Settings.TLS.allow.descriptor,

    pipeline,
    Settings.Pipeline.require.descriptor,
    Settings.Pipeline.allow.descriptor,
    Settings.Pipeline.hmacKey.descriptor,

    Settings.Delivery.acknowledge.descriptor,
    Settings.Delivery.window.descriptor,
    Settings.Delivery.windowObjects.descriptor,
    Settings.Delivery.timeout.descriptor,
    Settings.Delivery.broadcast.descriptor,
    Settings.Delivery.receivers.descriptor,

    Settings.Input.format.descriptor,
    Settings.Input.raw.descriptor,
    Settings.Input.eachLine.descriptor,

    Settings.Output.directory.descriptor,
    Settings.Output.onConflict.descriptor,
    Settings.Output.count.descriptor,
    Settings.Output.raw.descriptor,
    Settings.Output.lines.descriptor,
    Settings.Output.diagnostic.descriptor,
    Settings.Output.strict.descriptor,

    Settings.Pickle.numpy.descriptor,

    Settings.Limits.frame.descriptor,
    Settings.Limits.object.descriptor,
    Settings.Limits.stream.descriptor,
    Settings.Limits.connections.descriptor,
    Settings.Limits.unauthenticated.descriptor,
    Settings.Limits.silent.descriptor,
    Settings.Limits.spill.descriptor,

    Settings.Timeouts.connect.descriptor,
    Settings.Timeouts.opening.descriptor,
    Settings.Timeouts.tlsHandshake.descriptor,
    Settings.Timeouts.hello.descriptor,
    Settings.Timeouts.body.descriptor,
    Settings.Timeouts.heartbeat.descriptor,
    Settings.Timeouts.close.descriptor,
    Settings.Timeouts.drain.descriptor,

    Settings.Log.level.descriptor,
    Settings.Log.format.descriptor,
  ]
}
