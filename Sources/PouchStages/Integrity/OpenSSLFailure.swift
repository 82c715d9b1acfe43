internal import COpenSSL
import PouchCore

/// What OpenSSL says when a call that should not fail does.
enum OpenSSLFailure {
  /// An `.internal` error with every reason in this thread's queue as its cause.
  static func make(_ call: String, _ stage: StageName) -> PouchError {
    var reasons: [String] = []
    while true {
      let code = ERR_get_error()
      guard code != 0 else { break }
      reasons.append(ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)")
    }
    return PouchError(
      .internal, "OpenSSL's \(call) failed",
      cause: reasons.isEmpty ? nil : reasons.joined(separator: "; "), stage: stage)
  }
}
