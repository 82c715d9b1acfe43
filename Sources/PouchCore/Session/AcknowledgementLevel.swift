/// When the receiver answers for an object.
public enum AcknowledgementLevel: String, Sendable, Hashable, CaseIterable {
  /// Never: at most once, and nobody knows.
  case none
  /// When the object has arrived whole and checked.
  case received
  /// When the receiver's handler or sink has finished with it.
  case processed

  /// The byte that an ACK body begins with; nil for `none`.
  package var code: UInt8? {
    switch self {
    case .none: nil
    case .received: 1
    case .processed: 2
    }
  }
}
