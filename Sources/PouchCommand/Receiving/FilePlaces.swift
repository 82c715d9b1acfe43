internal import Glibc
internal import Pouch
internal import PouchCore
internal import Synchronization

/// How many files may be open for objects that are not whole: each takes a descriptor for as long as
/// its sender likes.
///
/// Half of what this process may open is for them, the rest for connections and for objects that are
/// whole. One peer has a quarter of that half, so that others always find a place.
final class FilePlaces: Sendable {
  /// The books: a value without waiting.
  struct Books: Sendable {
    enum Place: Equatable {
      case granted
      /// There will be one, when an object of another connection ends.
      case later
      /// Waiting would hold up what it waits for.
      case never
    }

    let total: Int
    /// What one peer may have.
    var share: Int { min(total, max(total / 4, 64)) }

    private var taken = 0
    private var takenFrom: [PeerOrigin?: Int] = [:]
    private var takenBy: [ObjectIdentifier: Int] = [:]

    init(total: Int) { self.total = max(1, total) }

    mutating func take(_ connection: ObjectIdentifier, from origin: PeerOrigin?) -> Place {
      guard taken < total, takenFrom[origin, default: 0] < share else {
        // While this object waits, nothing of its connection is read.
        return takenBy[connection] == nil ? .later : .never
      }
      taken += 1
      takenFrom[origin, default: 0] += 1
      takenBy[connection, default: 0] += 1
      return .granted
    }

    mutating func giveBack(_ connection: ObjectIdentifier, from origin: PeerOrigin?) {
      taken -= 1
      Books.decrease(&takenFrom, origin)
      Books.decrease(&takenBy, connection)
    }

    private static func decrease<Key>(_ counts: inout [Key: Int], _ key: Key) {
      let count = (counts[key] ?? 1) - 1
      counts[key] = count > 0 ? count : nil
    }
  }

  private struct State {
    var books: Books
    var waiting: [AsyncStream<Void>.Continuation] = []
  }

  private let state: Mutex<State>

  /// - Parameter total: How many there are; nil for half of what this process may open.
  init(total: Int? = nil) {
    state = Mutex(State(books: Books(total: total ?? FilePlaces.half)))
  }

  private static var half: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
    return Int(clamping: limit.rlim_cur / 2)
  }

  /// Runs `body` with a place, once there is one.
  ///
  /// - Throws: A refusal that says to try again, where waiting would not help; what `body` throws.
  func withPlace<R>(
    for delivery: StreamedDelivery, _ body: () async throws -> R
  ) async throws -> R {
    let (connection, origin) = (ObjectIdentifier(delivery.connection), PeerOrigin(delivery.peer))
    try await take(connection, origin)
    defer { giveBack(connection, origin) }
    return try await body()
  }

  private func take(_ connection: ObjectIdentifier, _ origin: PeerOrigin?) async throws {
    while true {
      let (changes, signal) = AsyncStream.makeStream(of: Void.self)
      let place = state.withLock { state in
        let place = state.books.take(connection, from: origin)
        if place == .later { state.waiting.append(signal) }
        return place
      }
      switch place {
      case .granted: return
      case .never:
        throw Refusal(
          code: "storage", isRetryable: true,
          text: "the receiver has too many objects open that are not complete")
      case .later:
        for await _ in changes {}
        try Task.checkCancellation()
      }
    }
  }

  private func giveBack(_ connection: ObjectIdentifier, _ origin: PeerOrigin?) {
    let waiting = state.withLock { state in
      state.books.giveBack(connection, from: origin)
      defer { state.waiting = [] }
      return state.waiting
    }
    for signal in waiting { signal.finish() }
  }
}
