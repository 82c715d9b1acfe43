internal import COpenSSL
internal import PouchCore

/// What the calling thread's error queue held, oldest entry first.
///
/// OpenSSL keeps one queue for each thread, so it is read directly after the call that filled it,
/// with no `await` between.
struct OpenSSLErrors {
  struct Entry {
    let library: Int32
    let reason: Int32
    let text: String
  }

  let entries: [Entry]

  /// Takes every entry out of the calling thread's queue.
  static func drain() -> OpenSSLErrors {
    var entries: [Entry] = []
    var data: UnsafePointer<CChar>?
    var flags: Int32 = 0
    while true {
      let code = ERR_get_error_all(nil, nil, nil, &data, &flags)
      guard code != 0 else { break }
      var text: String
      if let reason = ERR_reason_error_string(code) {
        text = String(cString: reason)
      } else {
        text = "error \(ERR_GET_REASON(code)) of library \(ERR_GET_LIB(code))"
      }
      if flags & ERR_TXT_STRING != 0, let data, data.pointee != 0 {
        text += " (\(String(cString: data)))"
      }
      entries.append(
        Entry(library: ERR_GET_LIB(code), reason: ERR_GET_REASON(code), text: text))
    }
    return OpenSSLErrors(entries: entries)
  }

  /// Every entry, or nothing when the queue was empty.
  var text: String? {
    entries.isEmpty ? nil : entries.map(\.text).joined(separator: "; ")
  }

  /// Whether libssl reported `reason`, one of the `SSL_R_…` numbers.
  func contains(_ reason: Int32) -> Bool {
    entries.contains { $0.library == ERR_LIB_SSL && $0.reason == reason }
  }

  /// The alert that the peer sent, if that is what ended the session.
  var alert: Int32? {
    for entry in entries
    where entry.library == ERR_LIB_SSL
      && (SSL_AD_REASON_OFFSET..<SSL_AD_REASON_OFFSET + 256).contains(entry.reason)
    {
      return entry.reason - SSL_AD_REASON_OFFSET
    }
    return nil
  }
}

extension PouchError {
  /// A call into OpenSSL failed that has no reason to, with the error queue as the cause.
  static func openSSL(_ action: String) -> PouchError {
    PouchError(.internal, "OpenSSL could not \(action)", cause: OpenSSLErrors.drain().text)
  }
}
