extension Assignments {
  /// Merges the environment: `POUCH_LIMITS__FRAME` for `limits.frame`.
  ///
  /// The other role's settings are left alone, since both ends may share an environment, and so
  /// are names without a section that are no setting: a file may use them as variables of its own.
  mutating func merge(environment: [String: String], _ reading: inout Reading) {
    let known = Set(Table.everything.map(\.environmentName))
    for descriptor in table.descriptors where !descriptor.isFileOnly {
      guard let value = environment[descriptor.environmentName], !value.isEmpty else { continue }
      merge(
        descriptor.path, .text(value), origin: .environment(descriptor.environmentName), &reading)
    }
    for name in environment.keys.sorted()
    where name.hasPrefix("POUCH_") && name.dropFirst(6).contains("__") && !known.contains(name) {
      let names = table.descriptors.filter { !$0.isFileOnly }.map(\.environmentName)
      reading.report(
        Place(origin: .environment(name)), "no setting has this name",
        hint: nearest(to: name, among: names).map { "did you mean \($0)?" }
          ?? "names are POUCH_SECTION__KEY, such as POUCH_LIMITS__FRAME")
    }
  }

  /// Merges the arguments of `--set`, in their order.
  mutating func merge(set arguments: [String], _ reading: inout Reading) {
    for argument in arguments {
      let parts = argument.utf8.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false
      ).map { String(Substring($0)) }
      guard parts.count == 2, !parts[0].isEmpty else {
        reading.report(
          Place(origin: .set(argument)), "it has no value",
          hint: "write --set key.path=value, such as --set limits.frame=8MiB")
        continue
      }
      let name = parts[0]
      let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      merge(
        path, .text(parts[1]), origin: .set(name), &reading)
    }
  }

  /// Merges the named options of the command, in their order.
  mutating func merge(options: [SettingOption], _ reading: inout Reading) {
    for option in options {
      let path = option.setting.split(separator: ".").map(String.init)
      merge(path, option.value, origin: .option(option.name), &reading)
    }
  }
}
