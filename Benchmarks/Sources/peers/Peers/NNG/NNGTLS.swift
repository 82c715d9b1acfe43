internal import CNNG
import Foundation

/// NNG's TLS settings: the server shows a certificate, and the client checks it.
final class NNGTLS {
  private let settings: OpaquePointer

  init(_ credentials: Credentials?, isServer: Bool) throws {
    guard let credentials else {
      throw SystemCallError(call: "NNG, TLS", reason: "there are no certificates")
    }
    var made: OpaquePointer?
    try NNGSocket.check(
      "TLS", nng_tls_config_alloc(&made, isServer ? NNG_TLS_MODE_SERVER : NNG_TLS_MODE_CLIENT))
    guard let made else { throw SystemCallError(call: "NNG, TLS", reason: "no settings") }
    settings = made
    if isServer {
      try NNGSocket.check(
        "certificate",
        nng_tls_config_own_cert(
          settings, try String(contentsOfFile: credentials.certificate, encoding: .utf8),
          try String(contentsOfFile: credentials.key, encoding: .utf8), nil))
    } else {
      try NNGSocket.check(
        "authority",
        nng_tls_config_ca_chain(
          settings, try String(contentsOfFile: credentials.trust, encoding: .utf8), nil))
      try NNGSocket.check(
        "check", nng_tls_config_auth_mode(settings, NNG_TLS_AUTH_MODE_REQUIRED))
      try NNGSocket.check("name", nng_tls_config_server_name(settings, Credentials.name))
    }
  }

  deinit {
    nng_tls_config_free(settings)
  }

  /// What the option takes, which keeps a reference of its own.
  var pointer: UnsafeMutableRawPointer { UnsafeMutableRawPointer(settings) }
}
