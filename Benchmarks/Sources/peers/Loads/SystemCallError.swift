import Glibc

/// A call into the system, or into a C library, that failed.
struct SystemCallError: Error, CustomStringConvertible {
  let call: String
  let reason: String
  var description: String { "\(call): \(reason)" }
}

extension SystemCallError {
  /// What `errno` says.
  init(_ call: String) {
    self.init(call: call, reason: String(cString: strerror(errno)))
  }
}
