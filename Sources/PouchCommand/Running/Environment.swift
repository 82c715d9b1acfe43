internal import Glibc
internal import PouchCore

/// The environment of this process.
package enum Environment {
  /// Every variable.
  package static let all: [String: String] = {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
      if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
        variables[SystemText.text(bytes[..<equals])] = SystemText.text(bytes[(equals + 1)...])
      }
      entry += 1
    }
    return variables
  }()
}
