internal import PouchCore

/// The state of reading one configuration: where variables come from, what has been found wrong.
struct Reading {
  /// Whose configuration it is.
  let role: Role
  let environment: [String: String]
  let files: any ConfigurationFiles
  /// The directory of the file, to which its relative paths belong; empty for the current one.
  let directory: String
  /// Where to report what no line says.
  let whole: Place
  private(set) var diagnostics: [ConfigurationDiagnostic] = []

  init(
    _ role: Role, environment: [String: String], files: any ConfigurationFiles, file: String?
  ) {
    self.role = role
    self.environment = environment
    self.files = files
    directory = file.map(PouchConfiguration.directory(of:)) ?? ""
    whole = Place(origin: file.map { .file(path: $0, nil) } ?? .command)
  }

  mutating func report(
    _ place: Place, _ message: String, hint: String? = nil, showsSource: Bool = true,
    isUsage: Bool = false
  ) {
    diagnostics.append(
      ConfigurationDiagnostic(
        place, message, hint: hint, showsSource: showsSource, isUsage: isUsage))
  }

  mutating func report(_ place: Place, _ complaint: Complaint) {
    report(place, complaint.message, hint: complaint.hint, isUsage: true)
  }

  /// Reports a failure that says itself what kind it is.
  mutating func report(_ place: Place, _ error: PouchError) {
    diagnostics.append(
      ConfigurationDiagnostic(
        place, error.description, hint: error.hint, showsSource: false, code: error.code))
  }

  mutating func report(_ found: [ConfigurationDiagnostic]) {
    diagnostics += found
  }

  // MARK: Values

  /// Reads a single value: expands its variables, then gives it its type.
  mutating func scalar<V>(
    _ tree: Tree, key: Place, as type: ValueType<V>, _ descriptor: Descriptor
  ) -> Placed<V>? {
    guard case .scalar(let scalar) = tree else {
      report(tree.place, "'\(descriptor.name)' takes \(type.phrase), not \(tree.noun)")
      return nil
    }
    guard !scalar.isNull else {
      report(
        key, "'\(descriptor.name)' has no value",
        hint: scalar.text == "~" && type.noun == "path"
          ? "a bare ~ is YAML for nothing: write ~/ for the home directory"
          : "write \(type.phrase), or remove the key")
      return nil
    }
    guard let text = expand(scalar) else { return nil }
    do {
      return Placed(value: try type.parse(text, descriptor), place: scalar.place)
    } catch {
      report(scalar.place, error)
      return nil
    }
  }

  /// Reads a list, or a single value that stands for a list of one.
  mutating func list<V>(
    _ written: Written, as type: ValueType<V>, _ descriptor: Descriptor
  ) -> [Placed<V>]? {
    guard case .sequence(let elements, let place) = written.value else {
      return scalar(written.value, key: written.key, as: type, descriptor).map { [$0] }
    }
    guard !elements.isEmpty else {
      report(place, "'\(descriptor.name)' is an empty list", hint: "remove the key")
      return nil
    }
    var isWhole = true
    var values: [Placed<V>] = []
    for element in elements {
      if let value = scalar(element, key: element.place, as: type, descriptor) {
        values.append(value)
      } else {
        isWhole = false
      }
    }
    return isWhole ? values : nil
  }

  private mutating func expand(_ scalar: Tree.Scalar) -> String? {
    // A shell has expanded what comes from elsewhere.
    guard scalar.place.isInFile else { return scalar.text }
    do {
      return try Expansion(environment: environment).expand(scalar.text)
    } catch {
      report(scalar.place.narrowed(to: error.fragment), error.message, hint: error.hint)
      return nil
    }
  }
}
