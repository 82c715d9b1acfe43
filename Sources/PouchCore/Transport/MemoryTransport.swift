internal import Synchronization

/// Streams inside one process, for tests and for parts of a program that talk to each other.
///
/// Every instance has names of its own: `memory:name` is known to the instance that listens and
/// to nobody else.
public final class MemoryTransport: Transport {
  /// Weak, so that a listener that is dropped is gone.
  private struct Entry: Sendable {
    weak let listener: MemoryListener?
  }

  private let listeners = Mutex<[String: Entry]>([:])
  private let capacity: Int

  /// - Parameter capacity: How many bytes each direction of a stream holds before a writer waits.
  public init(capacity: Int = 256 << 10) {
    precondition(capacity > 0, "a stream holds at least one byte")
    self.capacity = capacity
  }

  public func connect(to endpoint: Endpoint) async throws(PouchError) -> MemoryStream {
    let name = try MemoryTransport.name(of: endpoint)
    if Task.isCancelled { throw PouchError(.cancelled, "the connect was cancelled") }
    guard let listener = listeners.withLock({ $0[name]?.listener }) else {
      throw PouchError(
        .unreachable, "nobody listens at \(endpoint)", endpoint: endpoint)
    }
    let (near, far) = MemoryTransport.pair(address: endpoint.description, capacity: capacity)
    try listener.offer(far)
    return near
  }

  public func listen(on endpoint: Endpoint) async throws(PouchError) -> MemoryListener {
    let name = try MemoryTransport.name(of: endpoint)
    let listener = MemoryListener(endpoint: endpoint, transport: self)
    try listeners.withLock { listeners throws(PouchError) in
      guard listeners[name]?.listener == nil else {
        throw PouchError(
          .configuration, "\(endpoint) is in use", hint: "choose another name",
          endpoint: endpoint)
      }
      listeners[name] = Entry(listener: listener)
    }
    return listener
  }

  /// Two streams that are connected to each other.
  package static func pair(
    address: String = "memory:pair", capacity: Int = 256 << 10
  ) -> (MemoryStream, MemoryStream) {
    let (one, other) = (MemoryPipe(capacity: capacity), MemoryPipe(capacity: capacity))
    let peer = PeerIdentity(address: address)
    return (
      MemoryStream(peer: peer, incoming: one, outgoing: other),
      MemoryStream(peer: peer, incoming: other, outgoing: one)
    )
  }

  /// Forgets a listener that closes. In its `deinit` the weak reference is empty already.
  func remove(_ closing: MemoryListener) {
    guard case .name(let name) = closing.endpoint.address else { return }
    listeners.withLock { listeners in
      let listener = listeners[name]?.listener
      if listener == nil || listener === closing { listeners[name] = nil }
    }
  }

  private static func name(of endpoint: Endpoint) throws(PouchError) -> String {
    guard endpoint.scheme == .memory, case .name(let name) = endpoint.address else {
      throw PouchError(
        .usage, "\(endpoint) is not an endpoint of the memory transport",
        hint: "write memory:name", endpoint: endpoint)
    }
    return name
  }
}
