/// How bytes travel on this machine.
enum Carrier: String, Sendable {
  case tcp
  case unix
  /// Encrypted over TCP.
  case tls
}
