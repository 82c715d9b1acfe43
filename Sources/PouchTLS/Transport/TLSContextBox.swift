internal import PouchCore
internal import Synchronization

/// The contexts that new streams are made with. Each is made when it is first needed, and can be
/// replaced while streams run, which keep the one they have.
final class TLSContextBox: Sendable {
  private struct State {
    var settings: TLSSettings
    var contexts: [TLSRole: TLSContext] = [:]
    /// Counts replacements, so that a context made meanwhile from old settings is not kept.
    var generation = 0
  }

  private let state: Mutex<State>

  init(_ settings: TLSSettings) {
    state = Mutex(State(settings: settings))
  }

  func context(for role: TLSRole) throws(PouchError) -> TLSContext {
    while true {
      let (ready, settings, generation) = state.withLock {
        ($0.contexts[role], $0.settings, $0.generation)
      }
      if let ready { return ready }
      let made = try TLSContext(settings, role: role)
      let kept: TLSContext? = state.withLock { state in
        guard state.generation == generation else { return nil }
        // Two may have made one at the same time; all streams share the first.
        let first = state.contexts[role] ?? made
        state.contexts[role] = first
        return first
      }
      if let kept { return kept }
    }
  }

  /// Makes new contexts for the roles in use and puts them in place together; when one cannot be
  /// made, everything stays as it was.
  func replace(with settings: TLSSettings?) throws(PouchError) {
    let (old, roles) = state.withLock { ($0.settings, Array($0.contexts.keys)) }
    let settings = settings ?? old
    var contexts: [TLSRole: TLSContext] = [:]
    for role in roles { contexts[role] = try TLSContext(settings, role: role) }
    state.withLock { state in
      state.settings = settings
      state.contexts = contexts
      state.generation += 1
    }
  }
}
