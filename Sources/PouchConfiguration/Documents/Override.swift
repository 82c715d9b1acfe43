/// The value of a setting from outside a file.
enum OverrideValue: Sendable {
  /// As it stands, without variables or quotes; a list or section may be written in YAML.
  case text(String)
  /// Each as it stands.
  case list([String])
  /// YAML, whatever the setting is.
  case yaml(String)

  func tree(origin: Place.Origin, isScalar: Bool, _ reading: inout Reading) -> Tree? {
    let place = Place(origin: origin)
    func literal(_ text: String) -> Tree {
      .scalar(Tree.Scalar(text: text, isPlain: false, place: place))
    }
    switch self {
    case .text(let text):
      guard !isScalar, let first = text.first, first == "[" || first == "{" else {
        return literal(text)
      }
      return OverrideValue.yaml(text).tree(origin: origin, isScalar: isScalar, &reading)
    case .list(let texts): return .sequence(texts.map(literal), place)
    case .yaml(let text):
      let document = Document(value: text, origin: origin)
      reading.report(document.diagnostics)
      if document.root == nil, document.diagnostics.isEmpty {
        reading.report(place, "the value is empty")
      }
      return document.root
    }
  }
}

/// A named option of a command that stands for a setting, such as `--to` for `connect`.
///
/// Named options win over everything else. Several that set one list add up, in their order.
public struct SettingOption: Sendable {
  let name: String
  let setting: String
  let value: OverrideValue

  /// An option with one value.
  ///
  /// - Parameters:
  ///   - name: How the user wrote the option, for errors: `--timeout`.
  ///   - setting: The key path, such as `delivery.timeout`.
  ///   - text: The value as it was given.
  public init(_ name: String, _ setting: String, _ text: String) {
    self.init(name, setting, .text(text))
  }

  /// An option that was given several times.
  public init(_ name: String, _ setting: String, list: [String]) {
    self.init(name, setting, .list(list))
  }

  /// An option that stands for a part of the pipeline.
  ///
  /// - Parameter yaml: A value in YAML, such as `[{compress: {algorithm: deflate}}]`.
  public init(_ name: String, _ setting: String, yaml: String) {
    self.init(name, setting, .yaml(yaml))
  }

  private init(_ name: String, _ setting: String, _ value: OverrideValue) {
    self.name = name
    self.setting = setting
    self.value = value
  }
}
