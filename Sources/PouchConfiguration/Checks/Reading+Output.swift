extension Reading {
  /// Reads where a receiver's objects go.
  mutating func output(_ assignments: Assignments) -> OutputSettings {
    let directory = assignments.value(Settings.Output.directory, &self)
    let isStrict = assignments.value(Settings.Output.strict, &self)
    let flags: [(OutputSettings.Form, Setting<Bool>)] = [
      (.raw, Settings.Output.raw), (.lines, Settings.Output.lines),
      (.diagnostic, Settings.Output.diagnostic),
    ]
    let forms = flags.filter { assignments.value($0.1, &self) }
    var chosen = forms.compactMap { form in
      assignments.place(of: form.1).map { (setting: form.1.descriptor, place: $0) }
    }
    if let directory {
      chosen.insert((Settings.Output.directory.descriptor, directory.place), at: 0)
    }
    if let first = chosen.first {
      for other in chosen.dropFirst() {
        report(
          other.place,
          "\(name(other.setting, at: other.place)) and \(name(first.setting, at: first.place)) "
            + "exclude one another",
          hint: "keep one of them", isUsage: true)
      }
    }
    if directory == nil, let place = assignments.place(of: Settings.Output.onConflict) {
      report(
        place, "\(name(Settings.Output.onConflict, at: place)) is for files",
        hint: place.isInFile
          ? "name an 'output.directory', or remove it"
          : advice(Settings.Output.directory, "DIR", at: place) + ", or remove it")
    }
    if isStrict, forms.first?.0 != .lines,
      let place = assignments.place(of: Settings.Output.strict)
    {
      report(
        place,
        "\(name(Settings.Output.strict, at: place)) is for \(name(Settings.Output.lines, at: place)): "
          + "only JSON cannot hold everything",
        hint: place.isInFile
          ? "add 'lines', or remove it"
          : advice(Settings.Output.lines, "true", at: place) + ", or remove it", isUsage: true)
    }
    return OutputSettings(
      directory: checkOutput(directory),
      onConflict: assignments.value(Settings.Output.onConflict, &self),
      form: forms.first?.0,
      isStrict: isStrict,
      count: assignments.value(Settings.Output.count, &self)?.value,
      spill: assignments.value(Settings.Limits.spill, &self))
  }
}
