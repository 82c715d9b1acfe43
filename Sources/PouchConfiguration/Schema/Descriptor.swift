/// What the table knows of a setting without its type: enough to find it, to document it, and to
/// say what may stand there.
struct Descriptor: Sendable {
  /// The keys that lead to it: a section and a name, or a name alone.
  var path: [String]
  /// Whose configuration it belongs in.
  var roles: [Role]
  /// What a value looks like, such as `size` or `list of endpoints`.
  var type: String
  /// The bounds or the words that are allowed, for people.
  var allowed: String?
  /// The value without one, as it would be written.
  var initial: String?
  var isRequired = false
  /// Whether the value is a single one; otherwise text from outside a file may hold YAML.
  var isScalar: Bool
  /// Whether the environment and `--set` leave it alone.
  var isFileOnly = false
  /// One or two sentences, with units.
  var summary: String
  /// JSON Schema of the value.
  var schema: JSON

  /// The key path as `--set` names it.
  var name: String { path.joined(separator: ".") }
  var key: String { path.last ?? "" }
  var section: String? { path.count > 1 ? path.first : nil }

  /// The environment variable that overrides it.
  var environmentName: String {
    let parts = path.map { part in
      String(part.uppercased().map { $0 == "-" ? "_" : $0 })
    }
    return "POUCH_" + parts.joined(separator: "__")
  }
}
