package import PouchCore
package import PouchSockets
package import PouchTLS

/// The system as far as a configuration needs it; tests bring one of their own.
package protocol ConfigurationFiles: Sendable {
  /// The bytes of a file.
  ///
  /// - Parameter limit: The most bytes that the file may have.
  func contents(of path: String, limit: Int) throws(FileProblem) -> [UInt8]

  /// What the file is, from a descriptor opened for reading.
  func facts(of path: String) throws(FileProblem) -> FileFacts

  /// Whether a name is a symbolic link; false for one that does not exist.
  func isSymbolicLink(_ path: String) -> Bool

  /// Why files cannot be created in a directory; nil when they can.
  func problem(withDirectory path: String) -> FileProblem?

  /// Whether there can be a private key in a file; nil when that is not known.
  func mayHoldKey(_ path: String) -> Bool?

  /// The home directory of a user, or for nil of whoever runs this; nil when there is none.
  func home(of user: String?) throws(PouchError) -> String?

  /// What a host's name resolves to; nil when that is not known.
  func addresses(of host: String) -> [HostAddress]?

  /// Reads certificates and keys as a run would, checks that they belong together, and that a peer
  /// could accept them.
  ///
  /// - Parameters:
  ///   - role: The side that they are for.
  ///   - hosts: The hosts that a client connects to.
  /// - Returns: Everything that is wrong with them.
  func faults(_ tls: TLSSettings, role: TLSRole, hosts: [String]) -> [CredentialFault]
}

/// Why a file cannot be used.
package enum FileProblem: Error, Sendable, Equatable {
  case missing
  /// The system's own words.
  case unreadable(String)
  /// A file system that nothing can be written to; in the system's own words.
  case readOnly(String)
  /// No descriptor is left; in the system's own words, and what to do about it.
  case exhausted(String, hint: String)
  case tooLarge
}

/// What an opened file is.
package struct FileFacts: Sendable, Equatable {
  package enum Kind: Sendable { case regular, directory, socket, other }
  package var kind: Kind
  /// The permission bits.
  package var mode: UInt32
  package var size: Int

  package init(kind: Kind, mode: UInt32, size: Int) {
    self.kind = kind
    self.mode = mode
    self.size = size
  }
}
