/// A way to call the library for one object after the other.
///
/// A further way is a type that conforms to `Usage`, and a case here.
package enum API: String, Sendable, Hashable, CaseIterable, Codable {
  /// `send` for each object, and a handler for each that does not wait.
  case each
  /// `send` for each object, and a handler for each that may wait.
  case async
  /// `send(batch:)`, and a handler for all objects of a frame.
  case batch

  var usage: any Usage {
    switch self {
    case .each: EachUsage()
    case .async: AsyncUsage()
    case .batch: BatchUsage()
    }
  }
}
