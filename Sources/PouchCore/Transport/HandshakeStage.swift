/// How far a peer that has connected has come before the connection is complete.
package enum HandshakeStage: Int, Sendable, CaseIterable {
  /// It has connected, and nothing has come from it.
  case silent
  /// Its first bytes are those of a handshake.
  case spoken
  /// Its first message of the TLS handshake was whole, and was answered.
  case answered
  /// The TLS handshake is complete.
  case secured
  /// It was refused, and is given a moment to read why.
  case leaving
}

/// A stream that can tell whether something has come from its peer without reading it.
package protocol PeekableStream: ByteStream {
  /// Whether bytes wait to be read.
  var hasBytesWaiting: Bool { get }
}

/// A stream with a handshake of its own, which says how far the peer has come.
package protocol StagedStream: ByteStream {
  /// What carries its bytes. A stream whose handshake has failed can be ended in good order there.
  var carrier: any ByteStream { get }

  /// Waits for the first bytes of the peer's handshake. `handshake` follows.
  ///
  /// - Returns: Whether there are any; `handshake` says what else it was.
  /// - Throws: As `handshake()`.
  func awaitFirstBytes() async throws(PouchError) -> Bool

  /// Completes the handshake.
  ///
  /// - Parameter onAnswer: Called whenever a message of the peer was whole and was answered.
  func handshake(onAnswer: @Sendable () -> Void) async throws(PouchError)
}
