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
      assignments.place(of: form.1).map { (name: form.1.descriptor.name, place: $0) }
    }
    if let directory {
      chosen.insert((Settings.Output.directory.descriptor.name, directory.place), at: 0)
    }
    if let first = chosen.first {
      for other in chosen.dropFirst() {
        report(
          other.place, "'\(other.name)' and '\(first.name)' exclude one another",
          hint: "keep one of them", isUsage: true)
      }
    }
    if directory == nil, let place = assignments.place(of: Settings.Output.onConflict) {
      report(
        place, "'output.on-conflict' is for files", hint: "name an 'output.directory', or remove it"
      )
    }
    if isStrict, forms.first?.0 != .lines,
      let place = assignments.place(of: Settings.Output.strict)
    {
      report(
        place, "'output.strict' is for 'output.lines': only JSON cannot hold everything",
        hint: "add 'lines', or remove it", isUsage: true)
    }
    return OutputSettings(
      directory: checkOutput(directory),
      onConflict: assignments.value(Settings.Output.onConflict, &self),
      form: forms.first?.0,
      isStrict: isStrict,
      count: assignments.value(Settings.Output.count, &self)?.value)
  }
}
