package import PouchConfiguration

/// What `--allow` names: user ids for Unix sockets, names in certificates for TLS, and `numpy`.
package struct AllowedPeers: Sendable {
  /// nil where none is named.
  package let users: Set<UInt32>?
  package let names: [String]
  /// Whether NumPy arrays are allowed in pickles.
  package let allowsNumPy: Bool

  private static let numpy = "numpy"

  package init(_ values: [String]) {
    let numbers = values.compactMap { UInt32($0) }
    users = numbers.isEmpty ? nil : Set(numbers)
    names = values.filter { UInt32($0) == nil && $0 != Self.numpy }
    allowsNumPy = values.contains(Self.numpy)
  }

  package var settings: [SettingOption] {
    var options: [SettingOption] = []
    if !names.isEmpty { options.append(SettingOption("--allow", "tls.allow", list: names)) }
    if allowsNumPy { options.append(SettingOption("--allow", "pickle.numpy", "true")) }
    return options
  }
}
