package import PouchCore

/// What is wrong with the files of TLS settings, and which setting is to blame.
package struct CredentialFault: Error, Sendable {
  /// A setting that names a file.
  package enum Part: Sendable {
    case trust, certificate, key
  }

  package var error: PouchError
  /// The settings that can be wrong, the likeliest first; none where the message says it.
  package var parts: [Part]

  package init(_ error: PouchError, _ parts: Part...) {
    self.error = error
    self.parts = parts
  }
}
