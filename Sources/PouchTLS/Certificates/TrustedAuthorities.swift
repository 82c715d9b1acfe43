package import PouchCore

/// The authorities of a trust file.
package struct TrustedAuthorities: Sendable {
  package let certificates: [Certificate]
  private let path: String

  /// - Throws: `.inputMissing` when the file cannot be read, `.configuration` when it holds no
  ///   certificate.
  package init(_ path: String) throws(PouchError) {
    self.path = path
    certificates = try Certificate.read(path, role: "trust file")
  }

  /// Throws when no peer could be believed at a moment: the file has no authority that a chain can
  /// end with, or all of them are out of date. Of a bundle, one is enough.
  ///
  /// - Throws: `.configuration` or `.security`.
  package func check(at now: Timestamp = .now) throws(PouchError) {
    let ends = certificates.filter(\.isSelfIssued)
    guard let first = ends.first else {
      let subject = certificates.first?.subject ?? ""
      let issuer = certificates.first?.issuer ?? ""
      throw PouchError(
        .configuration,
        "trust file '\(path)' holds no authority: '\(subject)' was signed by '\(issuer)', which is "
          + "not in it", hint: "name the file of the authority's own certificate, such as ca.pem")
    }
    guard let reason = first.validityFault(at: now),
      ends.allSatisfy({ $0.validityFault(at: now) != nil })
    else { return }
    throw PouchError(
      .security,
      ends.count == 1
        ? "trust file '\(path)': the authority '\(first.subject)' \(reason)"
        : "trust file '\(path)': none of its \(ends.count) authorities is valid now; the first, "
          + "'\(first.subject)', \(reason)",
      hint: first.validityHint(at: now))
  }
}
