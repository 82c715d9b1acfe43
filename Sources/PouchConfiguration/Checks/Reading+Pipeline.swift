internal import PouchCore

extension Reading {
  /// The most stages that a pipeline can have: each has a bit in a frame's header.
  static let mostStages = 8
  /// How many bytes a key of `hmac-sha-256` has.
  static let keySizes = 16...4096

  /// Reads a sender's pipeline.
  mutating func stages(_ assignments: Assignments) -> [StageSettings] {
    guard let written = assignments[Table.pipeline.path] else { return [] }
    guard case .sequence(let elements, _) = written.value else {
      if case .scalar(let scalar) = written.value, scalar.isNull { return [] }
      report(
        written.value.place, "a sender's 'pipeline' is a list of stages, not \(written.value.noun)",
        hint: "write - compress: {algorithm: deflate} below it, one line for each stage")
      return []
    }
    if elements.count > Self.mostStages {
      report(
        elements[Self.mostStages].place,
        "a pipeline has at most \(Self.mostStages) stages, not \(elements.count)",
        hint: "remove some")
    }
    var stages: [StageSettings] = []
    for element in elements {
      guard let (stage, place) = stage(element) else { continue }
      if elements.count <= Self.mostStages, stages.contains(where: { $0.name == stage.name }) {
        report(
          place, "'\(stage.name)' is in the pipeline twice", hint: "a stage works once: remove one")
      }
      stages.append(stage)
    }
    return stages
  }

  private mutating func stage(_ element: Tree) -> (StageSettings, Place)? {
    let names = StageSection.allCases.map(\.rawValue)
    let available = "available: " + names.joined(separator: ", ")
    guard case .mapping(let entries, let place) = element else {
      let example = "write - compress: {algorithm: deflate}"
      report(element.place, "a stage is a section with one key, not \(element.noun)", hint: example)
      return nil
    }
    guard let entry = entries.first, entries.count == 1 else {
      report(
        entries.dropFirst().first?.key.place ?? place,
        entries.isEmpty ? "a stage without a name" : "a stage has one key",
        hint: entries.isEmpty ? available : "begin the next stage with a '-' of its own")
      return nil
    }
    guard let section = StageSection(rawValue: entry.key.text) else {
      var hint = available
      if let near = nearest(to: entry.key.text, among: names) {
        hint = "did you mean '\(near)'? \(hint)"
      }
      report(entry.key.place, "unknown stage '\(entry.key.text)'", hint: hint)
      return nil
    }
    guard case .mapping(let settings, _) = entry.value else {
      report(
        entry.value.place, "'\(section)' is a section, not \(entry.value.noun)",
        hint: "write \(section): {algorithm: …}")
      return nil
    }
    let assignments = Assignments(stage: section, entries: settings, &self)
    let stage: StageSettings? =
      switch section {
      case .compress: compress(assignments, entry.key.place)
      case .integrity: integrity(assignments, entry.key.place)
      }
    return stage.map { ($0, entry.key.place) }
  }

  private mutating func compress(_ assignments: Assignments, _ place: Place) -> StageSettings? {
    let level = assignments.value(Settings.Compress.level, &self)
    let minimum = assignments.value(Settings.Compress.minimum, &self)
    switch algorithm(Settings.Compress.algorithm, assignments, place) {
    case .deflate?: return .deflate(level: level, minimum: minimum)
    case CompressionAlgorithm.none?, nil: return nil
    }
  }

  private mutating func integrity(_ assignments: Assignments, _ place: Place) -> StageSettings? {
    let written = assignments.value(Settings.Integrity.key, &self)
    let algorithm = algorithm(Settings.Integrity.algorithm, assignments, place)
    if algorithm != nil, algorithm != .hmacSHA256, let written {
      report(
        written.place,
        "\(written.place.isOption ? "'--hmac-key'" : "'key'") is for hmac-sha-256 alone",
        hint: "remove it")
    }
    switch algorithm {
    case .crc32c?: return .crc32c
    case .sha256?: return .sha256
    case .hmacSHA256?:
      if assignments[Settings.Integrity.key.descriptor.path] == nil {
        let place = assignments.place(of: Settings.Integrity.algorithm) ?? place
        report(
          place, "hmac-sha-256 needs a \(place.isOption ? "key" : "'key'") that both ends share",
          hint: (place.isOption ? "add --hmac-key FILE" : "write key: FILE")
            + ", made with: (umask 077; openssl rand -out FILE 32)")
      }
      let key = check(written, "key file", .key(Self.keySizes))
      return key.map { .hmacSHA256(key: $0.value.path) }
    case nil: return nil
    }
  }

  private mutating func algorithm<A: CaseIterable & RawRepresentable>(
    _ setting: Setting<Placed<A>?>, _ assignments: Assignments, _ place: Place
  ) -> A? where A.RawValue == String {
    if assignments[setting.descriptor.path] == nil {
      report(
        place, "'\(setting.descriptor.section ?? "")' does not say its 'algorithm'",
        hint: "available: " + A.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return assignments.value(setting, &self)?.value
  }

  /// Reads which pipelines a receiver accepts.
  mutating func demand(_ assignments: Assignments) -> PipelineDemand {
    let require = assignments.value(Settings.Pipeline.require, &self)
    let allow = assignments.value(Settings.Pipeline.allow, &self)
    let written = assignments.value(Settings.Pipeline.hmacKey, &self)
    let key = check(written, "key file", .key(Self.keySizes))
    let named = require + allow
    for (index, stage) in named.enumerated()
    where named[..<index].contains(where: { $0.value == stage.value }) {
      report(
        stage.place, "'\(stage.value.rawValue)' is named twice",
        hint: "a stage is required or allowed: remove one")
    }
    let sealed = named.first { $0.value == .hmacSHA256 }
    if let sealed, assignments[Settings.Pipeline.hmacKey.descriptor.path] == nil {
      report(
        sealed.place,
        "hmac-sha-256 needs \(name(Settings.Pipeline.hmacKey, at: sealed.place)), which both ends "
          + "share",
        hint: advice(Settings.Pipeline.hmacKey, "FILE", yaml: "hmac-key: FILE", at: sealed.place)
          + ", made with: (umask 077; openssl rand -out FILE 32)")
    }
    let allowed: [StageKind]
    if assignments[Settings.Pipeline.allow.descriptor.path] == nil {
      let usable = StageKind.allCases.filter { $0 != .hmacSHA256 || key != nil }
      allowed = usable.filter { kind in !require.contains { $0.value == kind } }
    } else {
      allowed = allow.map(\.value)
      if let written, sealed == nil {
        report(
          written.place,
          "\(name(Settings.Pipeline.hmacKey, at: written.place)) is for hmac-sha-256, which is not "
            + "accepted here",
          hint: written.place.isInFile
            ? "add hmac-sha-256 to 'require', or remove the key"
            : advice(Settings.Pipeline.require, "hmac-sha-256", at: written.place)
              + ", or remove the key")
      }
    }
    return PipelineDemand(
      require: require.map { StageName(rawValue: $0.value.rawValue) },
      allow: allowed.map { StageName(rawValue: $0.rawValue) },
      hmacKey: key?.value.path)
  }
}
