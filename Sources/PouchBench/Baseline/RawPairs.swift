internal import Glibc
internal import PouchCore
internal import PouchSockets

/// The connections of a baseline's round, ready for bytes.
struct RawPairs: Sendable {
  let clients: [any RawChannel]
  let servers: [any RawChannel]

  /// Connects, and completes the handshakes on threads that may block.
  static func connect(
    _ count: Int, _ carrier: Carrier, _ tls: BareTLS?, _ pool: BlockingPool
  ) async throws -> RawPairs {
    var clients: [any RawChannel] = []
    var servers: [any RawChannel] = []
    for _ in 0..<count {
      let pair = try RawSocket.pair(carrier)
      if carrier == .tls, let tls {
        let channels = try tls.channels(pair)
        clients.append(channels.client)
        servers.append(channels.server)
      } else {
        clients.append(PlainChannel(pair.client))
        servers.append(PlainChannel(pair.server))
      }
    }
    let pairs = RawPairs(clients: clients, servers: servers)
    // Both in the same order, so that each waits for the one that is at work for it.
    async let shaken: Void = pool.run { () throws(PouchError) in
      try RawPairs.abandoning(pairs) { () throws(PouchError) in
        for client in pairs.clients { try client.handshake() }
      }
    }
    try await pool.run { () throws(PouchError) in
      try RawPairs.abandoning(pairs) { () throws(PouchError) in
        for server in pairs.servers { try server.handshake() }
      }
    }
    try await shaken
    return pairs
  }
}

extension RawPairs {
  /// Runs one end's work. When that fails, every connection of the round is ended, so that no
  /// other end waits for ever.
  static func abandoning<R>(
    _ pairs: RawPairs?..., work: () throws(PouchError) -> R
  ) throws(PouchError) -> R {
    do throws(PouchError) {
      return try work()
    } catch {
      for pairs in pairs {
        guard let pairs else { continue }
        for channel in pairs.clients + pairs.servers {
          shutdown(channel.descriptor, Int32(SHUT_RDWR))
        }
      }
      throw error
    }
  }
}

extension BlockingPool {
  /// Runs `body` on so many threads at once.
  ///
  /// - Returns: What it returned, in no order.
  func runAll<R: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws(PouchError) -> R
  ) async throws -> [R] {
    try await withThrowingTaskGroup(of: R.self) { group in
      for number in 0..<count {
        group.addTask { try await self.run { () throws(PouchError) in try body(number) } }
      }
      var results: [R] = []
      for try await result in group { results.append(result) }
      return results
    }
  }
}
