internal import PouchCore

extension Reading {
  /// What a file must be.
  enum FileDemand {
    case readable
    /// Also: nobody but its owner may do anything with it.
    case secret
    /// Also: it holds the bytes of a key, as many as a key may have.
    case key(ClosedRange<Int>)

    /// The command that makes such a file.
    func recipe(_ path: String) -> String {
      switch self {
      case .readable, .secret:
        let directory = PouchConfiguration.directory(of: path)
        return "pouch-certs create --output \(shellWord(directory.isEmpty ? "." : directory))"
      case .key: return "(umask 077; openssl rand -out \(shellWord(path)) 32)"
      }
    }
  }

  /// Checks that a file is there, can be read, and is as private as it must be.
  ///
  /// - Parameter noun: What it is, such as `private key`.
  /// - Returns: The path to open, or nil when there is none.
  mutating func check(
    _ written: Placed<String>?, _ noun: String, _ demand: FileDemand = .readable
  ) -> Placed<FilePath>? {
    guard let written, let file = resolve(written) else { return nil }
    let path = file.value.path
    do {
      let facts = try files.facts(of: path)
      check(file, facts, noun, demand)
    } catch {
      switch error {
      case .missing:
        report(
          file.place, "\(noun) '\(written.value)' does not exist",
          hint: "make one: \(demand.recipe(path))", showsSource: false)
      case .unreadable(let reason), .readOnly(let reason):
        report(
          file.place, "\(noun) '\(written.value)' cannot be read: \(reason)",
          hint: "run: ls -l \(path)", showsSource: false)
      case .exhausted(let reason, let hint):
        report(
          file.place,
          PouchError(
            .exhausted, "\(noun) '\(written.value)' cannot be read: \(reason)", hint: hint))
      case .tooLarge: break
      }
    }
    return file
  }

  private mutating func check(
    _ file: Placed<FilePath>, _ facts: FileFacts, _ noun: String, _ demand: FileDemand
  ) {
    let written = file.value.written
    guard facts.kind == .regular else {
      report(file.place, "\(noun) '\(written)' is not a file", showsSource: false)
      return
    }
    guard facts.size > 0 else {
      report(file.place, "\(noun) '\(written)' is empty", showsSource: false)
      return
    }
    if case .readable = demand { return }
    // A certificate where the key should be is anybody's to read: that it is none is told instead.
    if case .secret = demand, files.mayHoldKey(file.value.path) == false { return }
    if facts.mode & 0o077 != 0 {
      let others = facts.mode & 0o044 != 0 ? "read" : facts.mode & 0o022 != 0 ? "changed" : "run"
      report(
        file.place, "\(noun) '\(written)' can be \(others) by others (\(octal(facts.mode)))",
        hint: "run: chmod 600 \(shellWord(file.value.path))", showsSource: false)
    }
    if case .key(let sizes) = demand, !sizes.contains(facts.size) {
      report(
        file.place,
        "\(noun) '\(written)' has \(facts.size) bytes; "
          + "it needs \(sizes.lowerBound) to \(sizes.upperBound)",
        hint: "make one: \(demand.recipe(file.value.path))", showsSource: false)
    }
  }

  /// Checks that objects can be written to a directory, which is made when it is missing.
  mutating func checkOutput(_ written: Placed<String>?) -> String? {
    guard let written, let directory = resolve(written)?.value else { return nil }
    var path = directory.path
    // A link that leads nowhere is in the way of the directory.
    while case .failure(.missing) = facts(path), path != "/", path != ".",
      !files.isSymbolicLink(path)
    {
      path = PouchConfiguration.directory(of: path)
      if path.isEmpty { path = "." }
    }
    if let problem = files.problem(withDirectory: path) {
      let isThere = path == directory.path
      report(
        written.place,
        PouchError(
          problem.code ?? .outputFailed,
          isThere
            ? "files cannot be written to '\(written.value)'"
            : "the directory '\(written.value)' cannot be made in '\(path)'",
          hint: problem.hint ?? "run: ls -ld \(shellWord(path))", cause: problem.reason))
    }
    return directory.path
  }

  private func facts(_ path: String) -> Result<FileFacts, FileProblem> {
    do {
      return .success(try files.facts(of: path))
    } catch {
      return .failure(error)
    }
  }
}

extension FileProblem {
  /// The system's words, where they say more than the message.
  var reason: String? {
    switch self {
    case .unreadable(let reason), .readOnly(let reason), .exhausted(let reason, _): reason
    case .missing, .tooLarge: nil
    }
  }

  var hint: String? {
    switch self {
    case .readOnly: "choose a directory on a file system that can be written to"
    case .exhausted(_, let hint): hint
    case .missing, .tooLarge, .unreadable: nil
    }
  }

  /// The kind of failure, where it is the same whatever the file was wanted for.
  var code: PouchError.Code? {
    if case .exhausted = self { .exhausted } else { nil }
  }
}

private func octal(_ mode: UInt32) -> String {
  let digits = String(mode, radix: 8)
  return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// A path as one word of a shell's command.
private func shellWord(_ text: String) -> String {
  let isPlain = text.unicodeScalars.allSatisfy { scalar in
    scalar.isASCII
      && (scalar.properties.isAlphabetic || "0123456789/._-+@:,".unicodeScalars.contains(scalar))
  }
  if isPlain, !text.hasPrefix("-") { return text }
  guard SystemText.isUTF8(text) else {
    // As bash, zsh and ksh read it, with the bytes as `\377`.
    return
      "$'\(SystemText.readable(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")))'"
  }
  return "'\(text.replacing("'", with: "'\\''"))'"
}
