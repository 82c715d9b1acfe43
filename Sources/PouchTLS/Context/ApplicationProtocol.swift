internal import COpenSSL

/// ALPN: both sides must name the same protocol, so that a connection that strays is refused in
/// the handshake.
package struct ApplicationProtocol: Sendable, Hashable, CustomStringConvertible {
  /// 1 to 255 bytes.
  package let name: String

  private init(_ name: String) { self.name = name }

  /// The protocol of docs/wire.md.
  package static let pouch = ApplicationProtocol("pouch/1")
  /// Its section 11: the framing of the Python tutorial.
  package static let length10 = ApplicationProtocol("pouch-length10")

  package var description: String { name }

  /// A list of one name, as ALPN writes it: each name behind its length.
  var wireForm: [UInt8] { [UInt8(name.utf8.count)] + Array(name.utf8) }

  /// The ranges of the names in `list`, in ALPN's form; nil when it is damaged.
  static func split(_ list: UnsafeBufferPointer<UInt8>) -> [Range<Int>]? {
    var ranges: [Range<Int>] = []
    var position = 0
    while position < list.count {
      let start = position + 1
      let end = start + Int(list[position])
      guard end > start, end <= list.count else { return nil }
      ranges.append(start..<end)
      position = end
    }
    return ranges
  }
}

/// The server's choice among the protocols that a client offers.
func selectApplicationProtocol(
  _ ssl: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
  _ offeredLength: UInt32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  let list = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
  let ranges = ApplicationProtocol.split(list) ?? []
  let texts = ranges.map { String(decoding: list[$0], as: UTF8.self) }
  let checks = PeerChecks.of(ssl)
  checks?.offeredProtocols = texts
  guard let checks, let index = texts.firstIndex(of: checks.applicationProtocol.name), let offered
  else {
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }
  // Points into the client's own list, which outlives the call.
  chosen?.pointee = offered + ranges[index].lowerBound
  chosenLength?.pointee = UInt8(ranges[index].count)
  return SSL_TLSEXT_ERR_OK
}

/// Refuses a client that offers no application protocol at all: OpenSSL does not ask
/// `selectApplicationProtocol` then, and the client would believe that it is connected.
func checkClientHello(
  _ ssl: OpaquePointer?, _ alert: UnsafeMutablePointer<Int32>?,
  _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  func has(_ kind: Int32) -> Bool {
    var data: UnsafePointer<UInt8>?
    var length = 0
    return SSL_client_hello_get0_ext(ssl, UInt32(kind), &data, &length) == 1
  }
  // Without supported_versions there is no TLS 1.3, and the version is the better reason.
  let isTooOld =
    PeerChecks.of(ssl)?.refusesOlderVersions ?? true && !has(TLSEXT_TYPE_supported_versions)
  if isTooOld || has(TLSEXT_TYPE_application_layer_protocol_negotiation) {
    return SSL_CLIENT_HELLO_SUCCESS
  }
  alert?.pointee = SSL_AD_NO_APPLICATION_PROTOCOL
  return SSL_CLIENT_HELLO_ERROR
}
