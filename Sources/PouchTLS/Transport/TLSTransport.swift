public import PouchCore

/// TLS over another transport: `tls://host:port` over TCP, or any endpoint of the base.
///
/// The base is given the endpoint as it is, so that its errors name what the user wrote.
///
/// ```swift
/// let transport = TLSTransport(
///   over: tcp, settings: .mutual(trust: "ca.pem", certificate: "me.pem", key: "me.key"))
/// let stream = try await transport.connect(to: .tls("db1", 7447))
/// try await stream.handshake()
/// ```
///
/// Over an endpoint without a host name, such as a Unix socket's, a client's settings must say
/// which `serverName` to expect.
public struct TLSTransport<Base: Transport>: Transport {
  private let base: Base
  private let contexts: TLSContextBox

  /// - Parameters:
  ///   - base: What carries the ciphertext.
  ///   - settings: Read when the first stream or listener needs them.
  public init(over base: Base, settings: TLSSettings) {
    self.base = base
    contexts = TLSContextBox(settings)
  }

  /// Opens a stream whose handshake has not begun.
  ///
  /// - Throws: As the base transport, and as `TLSContext.init` for the settings.
  public func connect(to endpoint: Endpoint) async throws(PouchError) -> TLSStream<Base.Stream> {
    let context = try contexts.context(for: .client)
    let stream = try await base.connect(to: endpoint)
    do {
      return try TLSStream(wrapping: stream, context: context, serverName: endpoint.host)
    } catch {
      stream.close()
      throw error.at(endpoint: endpoint)
    }
  }

  /// Listens, having read and checked the settings.
  ///
  /// - Throws: As the base transport, and as `TLSContext.init` for the settings.
  public func listen(on endpoint: Endpoint) async throws(PouchError) -> TLSListener<Base.Listener> {
    _ = try contexts.context(for: .server)
    let listener = try await base.listen(on: endpoint)
    return TLSListener(base: listener, contexts: contexts)
  }

  /// Reads the certificates, key and trust again and uses them for new streams; streams that
  /// exist keep theirs. When anything is wrong with the new ones, the old ones stay in use.
  ///
  /// - Parameter settings: New settings; without them, the files of the present ones.
  package func replaceContext(_ settings: TLSSettings? = nil) throws(PouchError) {
    try contexts.replace(with: settings)
  }

  /// The context that the next stream of `role` is made with.
  package func context(for role: TLSRole) throws(PouchError) -> TLSContext {
    try contexts.context(for: role)
  }
}
