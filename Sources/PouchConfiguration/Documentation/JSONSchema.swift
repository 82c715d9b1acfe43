/// The JSON Schema of a configuration, for editors.
package enum JSONSchema {
  static let pipeline: JSON = {
    let stages = StageSection.allCases.map { section in
      JSON.object([
        ("type", .text("object")),
        ("description", .text(section.summary)),
        ("additionalProperties", .bool(false)),
        ("required", .array([.text(section.rawValue)])),
        ("properties", .object([(section.rawValue, object(section.descriptors))])),
      ])
    }
    return .object([
      ("type", .text("array")), ("maxItems", .integer(8)),
      ("items", .object([("anyOf", .array(stages))])),
    ])
  }()

  /// The schema of one role's files.
  package static func text(for role: Role) -> String {
    let table = Table(role)
    var members: [(String, JSON)] = []
    for name in table.names(in: nil) {
      let inside = table.descriptors.filter { $0.section == name }
      if let descriptor = table.descriptor([name]) {
        members.append((name, property(descriptor)))
      } else {
        let empty: JSON = .object([("type", .text("null"))])
        members.append((name, .object([("anyOf", .array([object(inside), empty]))])))
      }
    }
    // Neither is needed in a file: an option may say it.
    let both: JSON = .object([("required", .array([.text("connect"), .text("listen")]))])
    let schema: JSON = .object([
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
      ("title", .text("Configuration of a Pouch \(role)")),
      ("type", .text("object")),
      ("additionalProperties", .bool(false)),
      ("required", .array([.text("version")])),
      ("not", both),
      ("properties", .object(members)),
    ])
    return schema.rendered() + "\n"
  }

  private static func object(_ descriptors: [Descriptor]) -> JSON {
    var members: [(String, JSON)] = [
      ("type", .text("object")), ("additionalProperties", .bool(false)),
    ]
    let required = descriptors.filter(\.isRequired).map { JSON.text($0.key) }
    if !required.isEmpty { members.append(("required", .array(required))) }
    members.append(("properties", .object(descriptors.map { ($0.key, property($0)) })))
    return .object(members)
  }

  private static func property(_ descriptor: Descriptor) -> JSON {
    var summary = descriptor.summary
    if let allowed = descriptor.allowed { summary += " Allowed: \(allowed)." }
    if let initial = descriptor.initial { summary += " Default: \(initial)." }
    guard case .object(let members) = descriptor.schema else { return descriptor.schema }
    return .object([("description", .text(summary))] + members)
  }
}
