/// How objects are told apart on a connection's stream. Both ends must use the same.
public enum Framing: String, Sendable, Hashable, CaseIterable {
  /// Pouch's own frames, with everything that this library promises (docs/wire.md).
  case pouch

  /// The framing of the Python sockets tutorial: a length in ten characters, and a pickle.
  ///
  /// For peers in Python that will not change. There is no handshake, no pipeline, no
  /// acknowledgement and no attributes: nobody is authenticated, no change or loss on the way is
  /// noticed, and a receipt says nothing. Inside TLS the peer is known and changes are noticed; the
  /// rest holds there too. Objects are in format `pickle`, and only its safe subset is ever read.
  case length10
}
