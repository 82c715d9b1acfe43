package import ArgumentParser
package import PouchConfiguration

/// Who this side is, and whom it believes.
package struct TLSOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("PEM file of the authorities that vouch for the peer.", valueName: "file"),
    completion: .file())
  package var trust: String?

  @Option(
    help: ArgumentHelp("PEM file of this side's certificate chain.", valueName: "file"),
    completion: .file())
  package var certificate: String?

  @Option(
    help: ArgumentHelp(
      "PEM file of the certificate's private key, readable by its owner alone.",
      valueName: "file"), completion: .file())
  package var key: String?

  @Option(
    help: ArgumentHelp(
      "The name to look for in the listener's certificate, when it is not the endpoint's host.",
      valueName: "name"))
  package var serverName: String?

  @Option(
    help: ArgumentHelp(
      """
      Whom to accept: a name (DNS, IP or URI) in the peer's certificate, or over a Unix socket a \
      user id. A receiver: numpy, for NumPy arrays in pickles. Repeatable.
      """, valueName: "name"))
  package var allow: [ArgumentList] = []

  @Flag(help: "Let plain tcp leave this machine: anyone on the way can read and change it.")
  package var insecure = false

  package init() {}

  package var peers: AllowedPeers { AllowedPeers(allow.all) }

  package var settings: [SettingOption] {
    var options: [SettingOption] = []
    func add(_ name: String, _ setting: String, _ value: String?) {
      if let value { options.append(SettingOption(name, setting, value)) }
    }
    add("--trust", "tls.trust", trust)
    add("--certificate", "tls.certificate", certificate)
    add("--key", "tls.key", key)
    add("--server-name", "tls.server-name", serverName)
    options += peers.settings
    if insecure { add("--insecure", "insecure", "true") }
    return options
  }
}
