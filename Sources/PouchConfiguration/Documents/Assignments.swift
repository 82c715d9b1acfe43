/// What every source says, merged: for each setting, the value of the source that wins.
struct Assignments {
  let table: Table
  private var written: [[String]: Written] = [:]
  /// The keys of the sections that the file has, to point at when something is missing in one.
  private(set) var sections: [String: Place] = [:]

  init(_ table: Table) {
    self.table = table
  }

  subscript(_ path: [String]) -> Written? { written[path] }

  /// The place of a setting's value, if something says it.
  func place<V>(of setting: Setting<V>) -> Place? {
    written[setting.descriptor.path]?.value.place
  }

  /// The typed value of a setting: its default when nothing says it, or when it is wrong, which
  /// is then reported.
  func value<V>(_ setting: Setting<V>, _ reading: inout Reading) -> V {
    guard let written = written[setting.descriptor.path] else { return setting.initial }
    return setting.read(written, setting.descriptor, &reading) ?? setting.initial
  }

  /// Merges a section of a pipeline's stage, whose settings are in no other table.
  init(stage: StageSection, entries: [Tree.Entry], _ reading: inout Reading) {
    table = Table(stage)
    merge(entries, section: stage.rawValue, &reading)
  }

  // MARK: Merging

  /// Merges the settings of a file, or of a value that holds a section.
  mutating func merge(_ entries: [Tree.Entry], section: String?, _ reading: inout Reading) {
    for entry in entries {
      let name = entry.key.text
      let path = [section, name].compactMap(\.self)
      if let descriptor = table.descriptor(path) {
        assign(descriptor, entry.value, key: entry.key.place)
      } else if section == nil, table.isSection(name) {
        sections[name] = entry.key.place
        merge(section: name, entry.value, &reading)
      } else {
        reportUnknown(entry.key.place, name: name, section: section, &reading)
      }
    }
  }

  private mutating func merge(section: String, _ value: Tree, _ reading: inout Reading) {
    switch value {
    case .mapping(let entries, _): merge(entries, section: section, &reading)
    // A section whose lines are all commented out.
    case .scalar(let scalar) where scalar.isNull: break
    case .scalar, .sequence:
      reading.report(
        value.place, "'\(section)' is a section, not \(value.noun)",
        hint: table.hint(forSection: section))
    }
  }

  /// Merges one setting or section that was given by its path, from outside the file.
  mutating func merge(
    _ path: [String], _ value: OverrideValue, origin: Place.Origin, _ reading: inout Reading
  ) {
    let place = Place(origin: origin)
    if let descriptor = table.descriptor(path), !descriptor.isFileOnly {
      guard let tree = value.tree(origin: origin, isScalar: descriptor.isScalar, &reading) else {
        return
      }
      assign(descriptor, tree, key: place)
    } else if path.count == 1, table.isSection(path[0]) {
      guard let tree = value.tree(origin: origin, isScalar: false, &reading) else { return }
      merge(section: path[0], tree, &reading)
    } else {
      let name = path.joined(separator: ".")
      if let role = table.role(beside: path) {
        reading.report(place, Assignments.belongs(name, to: role), hint: "remove it")
      } else {
        reading.report(
          place, "unknown setting '\(name)'", hint: table.hint(forUnknownPath: path))
      }
    }
  }

  private mutating func assign(_ descriptor: Descriptor, _ value: Tree, key: Place) {
    // Connecting and listening exclude one another, so the later source's choice stands alone.
    for (one, other) in [("connect", "listen"), ("listen", "connect")]
    where descriptor.path == [one] {
      if let rival = written[[other]], rival.key.precedence < key.precedence {
        written[[other]] = nil
      }
    }
    var value = value
    if !descriptor.isScalar, case .option = key.origin,
      let before = written[descriptor.path], case .option = before.key.origin
    {
      // `--to A --to B`, `--compress … --integrity …`: options add up.
      value = .sequence(before.value.elements + value.elements, key)
    }
    written[descriptor.path] = Written(key: key, value: value)
  }

  // MARK: Unknown keys

  private static func belongs(_ name: String, to role: Role) -> String {
    "'\(name)' is a setting of a \(role), and this is a \(role.other)"
  }

  private func reportUnknown(
    _ place: Place, name: String, section: String?, _ reading: inout Reading
  ) {
    let path = [section, name].compactMap(\.self)
    if let role = table.role(beside: path) {
      reading.report(
        place, Assignments.belongs(path.joined(separator: "."), to: role), hint: "remove it")
      return
    }
    reading.report(
      place, section.map { "unknown key '\(name)' in '\($0)'" } ?? "unknown key '\(name)'",
      hint: table.hint(forUnknown: name, section: section))
  }
}

extension Tree {
  fileprivate var elements: [Tree] {
    if case .sequence(let elements, _) = self { elements } else { [self] }
  }
}
