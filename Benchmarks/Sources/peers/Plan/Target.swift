/// What is asked of one figure, as a ratio to another one of the same contest.
struct Target: Sendable {
  enum Bound: Sendable {
    case atLeast(Double)
    case atMost(Double)
  }

  let contest: String
  let subject: String
  /// What the subject's figure is divided by; nil where the figure itself is asked for.
  let reference: String?
  let bound: Bound

  func isMet(_ value: Double) -> Bool {
    switch bound {
    case .atLeast(let least): value >= least
    case .atMost(let most): value <= most
    }
  }
}
