internal import Pouch
internal import PouchCore
internal import Synchronization

/// What a receiving command knows of its run so far.
final class ReceiveBook: Sendable {
  struct Ledger: Sendable {
    var begun: UInt64 = 0
    var stored: UInt64 = 0
    var refused: UInt64 = 0
    /// Refused because this side could not store them.
    var failed: UInt64 = 0
    /// Refused because they are not what they should be.
    var invalid: UInt64 = 0
    /// Objects of which the rest did not come.
    var incomplete: UInt64 = 0
    /// Of what was stored.
    var bytes: UInt64 = 0
    var outcome: PouchError?
  }

  /// Why an object was refused.
  enum Fault {
    /// It is not wanted.
    case sender
    /// It is not what it should be.
    case content
    /// This side cannot store it.
    case storage
  }

  private struct ObjectKey: Hashable {
    let connection: ObjectIdentifier
    let id: UInt64
  }

  private struct State {
    var ledger = Ledger()
    /// Objects of which this command has told that they were refused, until the library says so.
    var told: Set<ObjectKey> = []
  }

  private let state = Mutex(State())

  var ledger: Ledger { state.withLock { $0.ledger } }

  func begin() { state.withLock { $0.ledger.begun += 1 } }
  func lose() { state.withLock { $0.ledger.incomplete += 1 } }
  func fail(_ error: PouchError) { state.withLock { $0.ledger.outcome = error } }

  func store(_ size: UInt64) {
    state.withLock { state in
      state.ledger.stored += 1
      state.ledger.bytes += size
    }
  }

  func refuse(_ connection: ConnectionInfo, _ id: UInt64, _ fault: Fault) {
    state.withLock { state in
      state.ledger.refused += 1
      switch fault {
      case .sender: break
      case .content: state.ledger.invalid += 1
      case .storage: state.ledger.failed += 1
      }
      state.told.insert(ObjectKey(connection: ObjectIdentifier(connection), id: id))
    }
  }

  /// Whether a refusal is one that this command has not told of. It is then booked.
  func isNews(_ connection: ConnectionInfo, _ id: UInt64) -> Bool {
    state.withLock { state in
      let key = ObjectKey(connection: ObjectIdentifier(connection), id: id)
      if state.told.remove(key) != nil { return false }
      state.ledger.begun += 1
      state.ledger.refused += 1
      return true
    }
  }

  /// Forgets what belongs to a connection that has ended.
  func note(_ event: ConnectionEvent) {
    guard case .disconnected(let connection, _) = event else { return }
    state.withLock { state in
      state.told = state.told.filter { $0.connection != ObjectIdentifier(connection) }
    }
  }
}
