extension Table {
  /// What to write instead of a key that nobody knows.
  func hint(forUnknown name: String, section: String?) -> String {
    let names = names(in: section)
    if let near = nearest(to: name, among: names) { return "did you mean '\(near)'?" }
    if section == nil,
      let meant = descriptors.first(where: { $0.name == name && $0.path.count > 1 })
    {
      return "write \(meant.path.joined(separator: ": {")): …}"
    }
    if let home = descriptors.first(where: { $0.key == name }), let section = home.section {
      return "it belongs in '\(section)'"
    }
    return "available: " + names.joined(separator: ", ")
  }

  /// What to write instead of a key path, outside a file, that nobody knows.
  func hint(forUnknownPath path: [String]) -> String {
    let settable = descriptors.filter { !$0.isFileOnly }
    let name = path.joined(separator: ".")
    if let near = nearest(to: name, among: settable.map(\.name)) {
      return "did you mean '\(near)'?"
    }
    if let home = settable.first(where: { $0.key == path.last }) {
      return "did you mean '\(home.name)'?"
    }
    let section = path.first.flatMap { isSection($0) ? $0 : nil }
    let names = names(in: section).filter { $0 != Settings.version.descriptor.key }
    let lead = section.map { "settings of '\($0)': " } ?? "settings and sections: "
    return lead + names.joined(separator: ", ")
  }

  /// What a section looks like.
  func hint(forSection section: String) -> String {
    let examples = names(in: section).prefix(2).map { "\($0): …" }.joined(separator: ", ")
    return "write \(section): {\(examples)}"
  }

  /// The other role, if a path or what it begins with belongs in its configuration.
  func role(beside path: [String]) -> Role? {
    guard !isStage, descriptor(path) == nil else { return nil }
    let other = Table(role.other)
    let belongs =
      other.descriptor(path) != nil || (path.count == 1 && other.isSection(path[0]))
    return belongs ? role.other : nil
  }
}
