/// How settings are written, in the words of the source that an error is about: the keys of a file,
/// the options of a command, a variable of the environment.
extension Reading {
  /// What a setting is called there: `'tls.key'` or `'--key'`.
  func name<V>(_ setting: Setting<V>, at place: Place) -> String {
    name(setting.descriptor, at: place)
  }

  func name(_ descriptor: Descriptor, at place: Place) -> String {
    switch place.origin {
    case .file, .set: return "'\(descriptor.name)'"
    case .environment: return "'\(descriptor.environmentName)'"
    case .option, .command:
      return CommandOption.name(of: descriptor.path, role).map { "'\($0)'" }
        ?? "'--set \(descriptor.name)'"
    }
  }

  /// How to give a setting a value there: `write 'insecure: true'` or `add --insecure`.
  ///
  /// - Parameter yaml: What stands in a file, without quotes around it, where that is not
  ///   `key: value` in quotes.
  func advice<V>(
    _ setting: Setting<V>, _ value: String, yaml: String? = nil, at place: Place
  ) -> String {
    let descriptor = setting.descriptor
    switch place.origin {
    case .file: return "write " + (yaml ?? "'\(descriptor.name): \(value)'")
    case .environment: return "set \(descriptor.environmentName)=\(value)"
    case .set: return "add --set \(descriptor.name)=\(value)"
    case .option, .command:
      guard let option = CommandOption.name(of: descriptor.path, role) else {
        return "add --set \(descriptor.name)=\(value)"
      }
      return value == "true" ? "add \(option)" : "add \(option) \(value)"
    }
  }
}

/// The options of the commands that stand for settings.
enum CommandOption {
  static func name(of path: [String], _ role: Role) -> String? {
    if path == Settings.connect.descriptor.path { return role == .sender ? "--to" : "--from" }
    return options[path]
  }

  static let options: [[String]: String] = [
    Settings.listen.descriptor.path: "--listen",
    Settings.insecure.descriptor.path: "--insecure",
    Settings.framing.descriptor.path: "--framing",
    Settings.formats.descriptor.path: "--accept",
    Settings.TLS.trust.descriptor.path: "--trust",
    Settings.TLS.certificate.descriptor.path: "--certificate",
    Settings.TLS.key.descriptor.path: "--key",
    Settings.TLS.serverName.descriptor.path: "--server-name",
    Settings.TLS.allow.descriptor.path: "--allow",
    Settings.Pipeline.hmacKey.descriptor.path: "--hmac-key",
    Settings.Pipeline.require.descriptor.path: "--require",
    Settings.Integrity.key.descriptor.path: "--hmac-key",
    Settings.Delivery.acknowledge.descriptor.path: "--acknowledge",
    Settings.Delivery.timeout.descriptor.path: "--timeout",
    Settings.Delivery.broadcast.descriptor.path: "--broadcast",
    Settings.Delivery.receivers.descriptor.path: "--count",
    Settings.Input.format.descriptor.path: "--format",
    Settings.Input.raw.descriptor.path: "--raw",
    Settings.Input.eachLine.descriptor.path: "--each-line",
    Settings.Output.directory.descriptor.path: "--output",
    Settings.Output.onConflict.descriptor.path: "--on-conflict",
    Settings.Output.count.descriptor.path: "--count",
    Settings.Output.raw.descriptor.path: "--raw",
    Settings.Output.lines.descriptor.path: "--lines",
    Settings.Output.diagnostic.descriptor.path: "--diagnostic",
    Settings.Output.strict.descriptor.path: "--strict",
  ]
}
