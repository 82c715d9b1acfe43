internal import CPouchSystem
internal import Glibc

/// The system's text for an `errno` value, without touching the shared buffer of `strerror`.
package func systemErrorText(_ number: Int32) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
    guard let base = buffer.baseAddress else { return "error \(number)" }
    pouch_error_text(number, base, buffer.count)
    return String(cString: base)
  }
}

/// What to do when no descriptor is left; nil for every other `errno` value.
package func descriptorShortageHint(_ number: Int32) -> String? {
  switch number {
  case EMFILE: "let this process open more files: raise 'ulimit -n', or LimitNOFILE= of its unit"
  case ENFILE: "the whole system has no file left to open: see 'sysctl fs.file-nr fs.file-max'"
  default: nil
  }
}
