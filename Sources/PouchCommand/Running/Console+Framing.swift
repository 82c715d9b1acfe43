internal import Pouch
internal import PouchConfiguration

extension Console {
  /// Says what a framing does without.
  func warn(of framing: Framing) {
    guard framing == .length10 else { return }
    log(
      .warning,
      "length10 proves nobody's identity, checks nothing and acknowledges nothing: whoever "
        + "reaches the port can send and change objects; tls:// around it can be trusted")
  }
}
