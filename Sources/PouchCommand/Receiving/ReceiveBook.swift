internal import Pouch
internal import PouchCore
internal import Synchronization

/// What a receiving command knows of its run so far.
final class ReceiveBook: Sendable {
  /// The figures. Each object that has begun is in one of `stored`, `refused` and `incomplete` when
  /// it has ended.
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
    /// Refused or incomplete objects of which a part stands in the output.
    var torn: UInt64 = 0
    /// Incomplete objects for which the time to finish was over.
    var overdue: UInt64 = 0
    /// Of what was stored.
    var bytes: UInt64 = 0
    /// Why the run came to its end, when that was not in good order.
    var outcome: PouchError?
    /// Why nothing can be stored any more.
    var storageEnd: PouchError?

    /// For people.
    var sum: String {
      "begun \(begun) = stored \(stored) + refused \(refused) + incomplete \(incomplete)"
    }

    /// - Throws: `.internal` when an object was lost or booked twice.
    func check() throws(PouchError) {
      guard begun != stored + refused + incomplete else { return }
      throw PouchError(
        .internal, "the books are wrong: \(sum) does not hold",
        hint: "this is a fault of pouch-receive: please report it")
    }
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
  func lose(isOverdue: Bool = false) {
    state.withLock { state in
      state.ledger.incomplete += 1
      if isOverdue { state.ledger.overdue += 1 }
    }
  }

  func tear() { state.withLock { $0.ledger.torn += 1 } }

  /// Books the end of the run. What came first is the cause of what comes later.
  func fail(_ error: PouchError) {
    state.withLock { $0.ledger.outcome = $0.ledger.outcome ?? error }
  }

  /// Books that nothing can be stored any more.
  ///
  /// - Returns: Whether that is news.
  func endStorage(_ error: PouchError) -> Bool {
    state.withLock { state in
      guard state.ledger.storageEnd == nil else { return false }
      state.ledger.storageEnd = error
      return true
    }
  }

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
}
