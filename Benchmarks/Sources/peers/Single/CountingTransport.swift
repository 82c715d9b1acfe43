import Pouch
import Synchronization

/// Counts what is written.
final class WireCounter: Sendable {
  private let count = Atomic<Int>(0)

  var written: Int { count.load(ordering: .relaxed) }

  func add(_ bytes: Int) { count.wrappingAdd(bytes, ordering: .relaxed) }
}

/// A transport that counts the bytes of the streams that it opens.
struct CountingTransport<Base: Transport>: Transport {
  private let base: Base
  private let counter: WireCounter

  init(_ base: Base, _ counter: WireCounter) {
    self.base = base
    self.counter = counter
  }

  func connect(to endpoint: Endpoint) async throws(PouchError) -> CountingStream<Base.Stream> {
    CountingStream(try await base.connect(to: endpoint), counter)
  }

  func listen(on endpoint: Endpoint) async throws(PouchError) -> CountingListener<Base.Listener> {
    CountingListener(try await base.listen(on: endpoint), counter)
  }
}

/// Accepts streams that count.
struct CountingListener<Base: StreamListener>: StreamListener {
  private let base: Base
  private let counter: WireCounter

  init(_ base: Base, _ counter: WireCounter) {
    self.base = base
    self.counter = counter
  }

  var endpoint: Endpoint { base.endpoint }

  func accept() async throws(PouchError) -> CountingStream<Base.Stream> {
    CountingStream(try await base.accept(), counter)
  }

  func close() { base.close() }
}

/// A stream that counts what is written to it.
struct CountingStream<Base: ByteStream>: ByteStream {
  private let base: Base
  private let counter: WireCounter

  init(_ base: Base, _ counter: WireCounter) {
    self.base = base
    self.counter = counter
  }

  var peer: PeerIdentity { base.peer }
  var preferredExecutor: (any TaskExecutor)? { base.preferredExecutor }

  func handshake() async throws(PouchError) { try await base.handshake() }

  func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
    try await base.read(into: &buffer)
  }

  func write(_ segments: [Bytes]) async throws(PouchError) {
    counter.add(segments.reduce(0) { $0 + $1.count })
    try await base.write(segments)
  }

  func finish() async throws(PouchError) { try await base.finish() }

  func close() { base.close() }
}
