package import PouchCore

extension TLSContext {
  /// Checks, before anything is connected, that a server at `host` can be asked for its name.
  ///
  /// - Throws: `.configuration` when the settings' server name, or `host` without one, is no name
  ///   that a certificate can be compared with.
  package func checkServerName(at host: String) throws(PouchError) {
    _ = try ExpectedName(settings.serverName ?? host)
  }
}
