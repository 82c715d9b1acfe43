package import PouchConfiguration

/// The pipeline as the options of a sender say it.
package struct PipelineText: Sendable {
  package var compress: String?
  package var integrity: String?
  package var key: String?

  package init(compress: String?, integrity: String?, key: String?) {
    self.compress = compress
    self.integrity = integrity
    self.key = key
  }

  /// Together they take the place of the configuration's pipeline.
  package var settings: [SettingOption] {
    var options: [SettingOption] = []
    if let compress {
      let parts = compress.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      var members: [(String, JSONValue)] = [("algorithm", .text(String(parts[0])))]
      if parts.count == 2 { members.append(("level", .text(String(parts[1])))) }
      options.append(option("--compress", "compress", members))
    }
    if let integrity {
      var members: [(String, JSONValue)] = [("algorithm", .text(integrity))]
      if let key { members.append(("key", .text(key))) }
      options.append(option("--integrity", "integrity", members))
    } else if let key {
      let members: [(String, JSONValue)] = [
        ("algorithm", "hmac-sha-256"), ("key", .text(key)),
      ]
      options.append(option("--hmac-key", "integrity", members))
    }
    return options
  }

  private func option(
    _ name: String, _ stage: String, _ members: [(String, JSONValue)]
  ) -> SettingOption {
    SettingOption(
      name, "pipeline", yaml: JSONValue.array([.object([(stage, .object(members))])]).text)
  }
}
