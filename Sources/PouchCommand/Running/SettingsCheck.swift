internal import Pouch
internal import PouchConfiguration
internal import PouchCore
internal import PouchTLS

/// Checks what a run would need beside its configuration.
struct SettingsCheck: Sendable {
  let console: Console
  let endpoints: EndpointSettings

  /// - Throws: What the run would throw.
  func run(_ tls: TLSSettings?) throws(PouchError) {
    if let tls {
      let role: TLSRole = if case .listen = endpoints { .server } else { .client }
      _ = try TLSContext(tls, role: role)
    }
    console.log(.info, "the configuration is good")
  }
}
