package import PouchConfiguration

/// What `--allow` names: user ids for Unix sockets, names in certificates for TLS.
package struct AllowedPeers: Sendable {
  /// nil where none is named.
  package let users: Set<UInt32>?
  package let names: [String]

  package init(_ values: [String]) {
    let numbers = values.compactMap { UInt32($0) }
    users = numbers.isEmpty ? nil : Set(numbers)
    names = values.filter { UInt32($0) == nil }
  }

  package var settings: [SettingOption] {
    names.isEmpty ? [] : [SettingOption("--allow", "tls.allow", list: names)]
  }
}
