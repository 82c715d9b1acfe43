internal import Pouch
internal import PouchCore

extension Reading {
  /// The formats that a receiver takes when nothing says otherwise.
  static let usualFormats: [FormatName] = [.raw, .cbor, .json]

  /// Reads which formats a receiver takes.
  mutating func formats(_ assignments: Assignments, _ framing: Framing) -> Set<ObjectFormat> {
    let written = assignments.value(Settings.formats, &self)
    for (index, format) in written.enumerated()
    where written[..<index].contains(where: { $0.value == format.value }) {
      report(format.place, "'\(format.value.rawValue)' is named twice", hint: "remove one of them")
    }
    if framing == .length10 {
      if let other = written.first(where: { $0.value != .pickle }) {
        report(
          other.place, "'length10' carries pickles alone, not '\(other.value.rawValue)'",
          hint: "remove it")
      }
      return [.pickle]
    }
    let names = written.isEmpty ? Self.usualFormats : written.map(\.value)
    return Set(names.map(\.format))
  }

  /// Reads whether NumPy arrays are taken, which only pickles can hold.
  mutating func allowsNumPy(
    _ assignments: Assignments, _ formats: Set<ObjectFormat>
  ) -> Bool {
    let isAllowed = assignments.value(Settings.Pickle.numpy, &self)
    if isAllowed, !formats.contains(.pickle),
      let place = assignments.place(of: Settings.Pickle.numpy)
    {
      report(
        place,
        (place.isInFile ? "'pickle.numpy' is" : "NumPy is")
          + " for pickles, which this receiver does not take",
        hint: place.isInFile
          ? "add pickle to 'formats', or remove it"
          : advice(Settings.formats, "pickle", at: place) + ", or remove it")
    }
    return isAllowed
  }

  /// Reads what a sender makes of its inputs.
  mutating func input(_ assignments: Assignments, _ framing: Framing) -> InputSettings {
    let settings = InputSettings(
      format: assignments.value(Settings.Input.format, &self),
      isText: assignments.value(Settings.Input.raw, &self),
      isEachLine: assignments.value(Settings.Input.eachLine, &self))
    if settings.isText, let place = assignments.place(of: Settings.Input.raw) {
      if settings.format != .json {
        report(
          place,
          "\(name(Settings.Input.raw, at: place)) is for JSON, and the input is "
            + settings.format.rawValue,
          hint: place.isInFile
            ? "add format: json, or remove it"
            : advice(Settings.Input.format, "json", at: place) + ", or remove it", isUsage: true)
      } else if framing == .length10 {
        report(
          place, "'length10' carries pickles: JSON cannot pass as text",
          hint: "remove \(name(Settings.Input.raw, at: place)); the value is sent as a pickle",
          isUsage: true)
      }
    }
    if settings.isEachLine, settings.format == .cbor || settings.format == .pickle,
      let place = assignments.place(of: Settings.Input.eachLine)
    {
      report(
        place,
        "\(name(Settings.Input.eachLine, at: place)) is for text, and "
          + "\(settings.format.rawValue) has no lines",
        hint: "available: raw, json, diagnostic", isUsage: true)
    }
    return settings
  }
}

extension FormatName {
  var format: ObjectFormat {
    switch self {
    case .raw: .raw
    case .cbor: .cbor
    case .json: .json
    case .pickle: .pickle
    }
  }
}
