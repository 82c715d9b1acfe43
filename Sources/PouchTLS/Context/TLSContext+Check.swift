internal import PouchCore

extension TLSContext {
  /// Finds what a run with `settings` would fail of, here or at the peer: what the files hold, that
  /// they belong together and are in order, and their dates.
  ///
  /// - Parameters:
  ///   - role: The side that they are for.
  ///   - hosts: The hosts that a client connects to.
  ///   - now: When that would be.
  /// - Returns: Everything that is wrong; what depends on something wrong is left out.
  package static func faults(
    _ settings: TLSSettings, role: TLSRole, hosts: [String], at now: Timestamp = .now
  ) -> [CredentialFault] {
    var faults: [CredentialFault] = []
    if let certificate = settings.certificate, let key = settings.key {
      do throws(CredentialFault) {
        faults += try OwnCredentials(certificate: certificate, key: key).faults(for: role, at: now)
      } catch {
        faults.append(error)
      }
    }
    if let trust = settings.trust {
      do throws(PouchError) {
        try TrustedAuthorities(trust).check(at: now)
      } catch {
        faults.append(CredentialFault(error, .trust))
      }
    }
    guard faults.isEmpty else { return faults }
    do throws(PouchError) {
      let context = try TLSContext(settings, role: role)
      if role == .client {
        for host in hosts { try context.checkServerName(at: host) }
      }
    } catch {
      faults.append(CredentialFault(error))
    }
    return faults
  }

  /// Checks, before anything is connected, that a server at `host` can be asked for its name.
  ///
  /// - Throws: `.configuration` when the settings' server name, or `host` without one, is no name
  ///   that a certificate can be compared with.
  private func checkServerName(at host: String) throws(PouchError) {
    _ = try ExpectedName(settings.serverName ?? host)
  }
}
