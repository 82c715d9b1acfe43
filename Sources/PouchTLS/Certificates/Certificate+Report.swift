extension Certificate {
  /// What a person wants to know about it, a line for each fact.
  package func report(now: Timestamp = .now) -> String {
    var lines: [(String, String)] = [
      ("subject", subject), ("issuer", issuer),
      ("names", names.isEmpty ? "none" : names.map(\.description).joined(separator: ", ")),
      ("valid", "\(text(notBefore)) to \(text(notAfter)) (\(state(now)))"),
      ("key", keyKind),
      ("authority", isAuthority ? "yes" : "no"),
    ]
    if !keyUsage.isEmpty { lines.append(("key usage", keyUsage.joined(separator: ", "))) }
    if !extendedKeyUsage.isEmpty {
      lines.append(("may prove", extendedKeyUsage.joined(separator: ", ")))
    }
    lines.append(("serial", serialNumber))
    lines.append(("SHA-256", fingerprint))
    return lines.map { name, value in
      "  \(name)\(String(repeating: " ", count: max(1, 11 - name.count)))\(value)\n"
    }.joined()
  }

  private func text(_ moment: Timestamp?) -> String { moment?.description ?? "damaged date" }

  private func state(_ now: Timestamp) -> String {
    guard let notBefore, let notAfter else { return "cannot be used" }
    if now < notBefore { return "not yet valid" }
    if notAfter < now { return "expired" }
    let days = (notAfter.seconds - now.seconds) / 86_400
    return "\(days) \(days == 1 ? "day" : "days") left"
  }
}
