import Testing

@testable import PouchConfiguration

/// A configuration that is wrong, and the exact text that says so.
struct ErrorCase: Sendable, CustomTestStringConvertible {
  var name: String
  var role: Role
  var text: String
  var environment: [String: String]
  var set: [String]
  var options: [SettingOption]
  var files: MemoryFiles
  var expected: String

  init(
    _ name: String, _ role: Role, _ text: String, environment: [String: String] = [:],
    set: [String] = [], options: [SettingOption] = [],
    files: (inout MemoryFiles) -> Void = { _ in },
    expected: String
  ) {
    self.name = name
    self.role = role
    self.text = text
    self.environment = environment
    self.set = set
    self.options = options
    self.files = .withCertificates()
    self.expected = expected
    files(&self.files)
  }

  var testDescription: String { name }

  var actual: String {
    switch role {
    case .sender:
      errors { () throws(ConfigurationErrors) in
        try sender(text, environment: environment, set: set, options: options, files: files)
      }
    case .receiver:
      errors { () throws(ConfigurationErrors) in
        try receiver(text, environment: environment, set: set, options: options, files: files)
      }
    }
  }
}
