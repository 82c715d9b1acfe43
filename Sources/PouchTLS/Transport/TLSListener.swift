public import PouchCore

/// Accepts TLS streams. Each one's handshake runs in the task that calls its `handshake()`.
public final class TLSListener<Base: StreamListener>: StreamListener, ShortageReporting {
  private let base: Base
  private let contexts: TLSContextBox

  init(base: Base, contexts: TLSContextBox) {
    self.base = base
    self.contexts = contexts
  }

  public var endpoint: Endpoint { base.endpoint }

  public var addresses: [String] { base.addresses }

  package func onShortage(_ body: @escaping @Sendable (AcceptShortage) -> Void) {
    (base as? any ShortageReporting)?.onShortage(body)
  }

  public func accept() async throws(PouchError) -> TLSStream<Base.Stream> {
    let stream = try await base.accept()
    do {
      return try TLSStream(wrapping: stream, context: contexts.context(for: .server))
    } catch {
      stream.close()
      throw error
    }
  }

  public func close() {
    base.close()
  }
}
