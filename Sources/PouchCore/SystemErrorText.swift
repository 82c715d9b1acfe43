internal import CPouchSystem

/// The system's text for an `errno` value, without touching the shared buffer of `strerror`.
func systemErrorText(_ number: Int32) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
    guard let base = buffer.baseAddress else { return "error \(number)" }
    pouch_error_text(number, base, buffer.count)
    return String(cString: base)
  }
}
