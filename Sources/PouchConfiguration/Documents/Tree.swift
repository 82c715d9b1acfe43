/// A piece of configuration as it was written, each part with its place.
indirect enum Tree: Sendable {
  case scalar(Scalar)
  case sequence([Tree], Place)
  case mapping([Entry], Place)

  /// A single value, before variables are expanded and types are known.
  struct Scalar: Sendable {
    var text: String
    /// Written without quotes, so that nothing, `~` and `null` mean "no value".
    var isPlain: Bool
    var place: Place

    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }
  }

  struct Entry: Sendable {
    var key: Scalar
    var value: Tree
  }

  var place: Place {
    switch self {
    case .scalar(let scalar): scalar.place
    case .sequence(_, let place), .mapping(_, let place): place
    }
  }

  /// What it is, for messages.
  var noun: String {
    switch self {
    case .scalar: "a single value"
    case .sequence: "a list"
    case .mapping: "a section"
    }
  }
}
