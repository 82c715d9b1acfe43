internal import PouchCore

/// Reads what a sender or receiver is told, from a file, the environment and the command line.
///
/// Precedence, low to high: defaults, the file, the environment (`POUCH_SECTION__KEY`), `--set`,
/// named options. Everything that is wrong is found and reported at once.
public struct ConfigurationReader: Sendable {
  /// The most bytes that a configuration file may have.
  public static let largestFile = 1 << 20

  private let file: String?
  private let environment: [String: String]
  private let set: [String]
  private let options: [SettingOption]
  private let files: any ConfigurationFiles

  /// - Parameters:
  ///   - file: The path of a YAML or JSON file; nil for a command that says everything itself.
  ///   - environment: The environment's variables, for `${NAME}` and for overrides.
  ///   - set: The arguments of `--set`: `key.path=value`.
  ///   - options: What the named options of the command stand for.
  public init(
    file: String?, environment: [String: String], set: [String] = [],
    options: [SettingOption] = []
  ) {
    self.init(
      file: file, environment: environment, set: set, options: options, files: SystemFiles())
  }

  package init(
    file: String?, environment: [String: String], set: [String] = [],
    options: [SettingOption] = [], files: any ConfigurationFiles
  ) {
    self.file = file
    self.environment = environment
    self.set = set
    self.options = options
    self.files = files
  }

  /// Reads the configuration of a sender.
  ///
  /// - Throws: Everything that is wrong with it, with code `.configuration` for the process.
  public func sender() throws(ConfigurationErrors) -> SenderConfiguration {
    try read(.sender) { assignments, reading in
      SenderConfiguration(assignments, &reading)
    }
  }

  /// Reads the configuration of a receiver.
  ///
  /// - Throws: Everything that is wrong with it, with code `.configuration` for the process.
  public func receiver() throws(ConfigurationErrors) -> ReceiverConfiguration {
    try read(.receiver) { assignments, reading in
      ReceiverConfiguration(assignments, &reading)
    }
  }

  private func read<C>(
    _ role: Role, _ build: (Assignments, inout Reading) -> C
  ) throws(ConfigurationErrors) -> C {
    let file = try path()
    var reading = Reading(role, environment: environment, files: files, file: file)
    var assignments = Assignments(Table(role))
    guard merge(file, into: &assignments, &reading) else {
      throw ConfigurationErrors(reading.diagnostics)
    }
    assignments.merge(environment: environment, &reading)
    assignments.merge(set: set, &reading)
    assignments.merge(options: options, &reading)
    let configuration = build(assignments, &reading)
    guard reading.diagnostics.isEmpty else { throw ConfigurationErrors(reading.diagnostics) }
    return configuration
  }

  /// Where the file is: `~` is a home directory in its path, too.
  private func path() throws(ConfigurationErrors) -> String? {
    guard let file else { return nil }
    do throws(PouchError) {
      return try HomeDirectory.expand(file) { (user) throws(PouchError) in
        try files.home(of: user)
      }
    } catch {
      throw ConfigurationErrors([
        ConfigurationDiagnostic(
          Place(origin: .option("--config")), error.description, hint: error.hint,
          code: error.code)
      ])
    }
  }

  /// Merges the file's settings.
  ///
  /// - Returns: Whether the file could be read as one; if not, what else is wrong is unknown.
  private func merge(
    _ file: String?, into assignments: inout Assignments, _ reading: inout Reading
  ) -> Bool {
    guard let file else { return true }
    let start = Place(origin: .file(path: file, nil))
    guard let text = contents(of: file, start, &reading) else { return false }
    let document = Document(path: file, text: text)
    reading.report(document.diagnostics)
    guard document.diagnostics.isEmpty else { return false }
    switch document.root {
    case .mapping(let entries, let place):
      guard checkVersion(entries, place, &reading) else { return false }
      assignments.merge(entries, section: nil, &reading)
      return true
    case nil:
      reading.report(start, "the file is empty", hint: "begin it with 'version: 1'")
    case let root?:
      reading.report(
        root.place, "a configuration is a section of settings, not \(root.noun)",
        hint: "write one 'key: value' on each line, beginning with 'version: 1'")
    }
    return false
  }

  private func contents(
    of file: String, _ place: Place, _ reading: inout Reading
  ) -> String? {
    do {
      let bytes = try files.contents(of: file, limit: Self.largestFile)
      if let encoding = TextEncoding(of: bytes), encoding != .utf8 {
        reading.report(
          place, "the file is text in \(encoding.rawValue), and UTF-8 is read",
          hint: "convert it: iconv -f \(encoding.rawValue) -t UTF-8")
        return nil
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        reading.report(place, "the file is not UTF-8 text")
        return nil
      }
      return text
    } catch {
      switch error {
      case .missing: reading.report(place, "there is no such file")
      case .tooLarge:
        reading.report(place, "the file is larger than \(ByteSize.format(Self.largestFile))")
      case .unreadable(let reason), .readOnly(let reason):
        reading.report(place, "the file cannot be read: \(reason)")
      case .exhausted(let reason, let hint):
        reading.report(
          place, PouchError(.exhausted, "the file cannot be read: \(reason)", hint: hint))
      }
      return nil
    }
  }

  /// Returns whether the rest is worth reading: another version means other keys.
  private func checkVersion(
    _ entries: [Tree.Entry], _ place: Place, _ reading: inout Reading
  ) -> Bool {
    guard let entry = entries.first(where: { $0.key.text == "version" }) else {
      reading.report(place, "the file does not say its version", hint: "begin it with 'version: 1'")
      return true
    }
    if case .scalar(let scalar) = entry.value, scalar.text == "1" { return true }
    reading.report(
      entry.value.place, "unknown version of configuration", hint: "this program reads version 1")
    return false
  }
}
