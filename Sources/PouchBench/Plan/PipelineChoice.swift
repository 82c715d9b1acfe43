internal import Pouch
package import PouchCore
internal import PouchStages

/// A pipeline as an option says it: `none`, or stages such as `deflate:6,crc32c`.
package struct PipelineChoice: Sendable {
  /// The text without what goes without saying.
  package let text: String
  package let stages: [any Stage]

  private init(text: String, stages: [any Stage]) {
    self.text = text
    self.stages = stages
  }

  package static let none = PipelineChoice(text: "none", stages: [])

  package var names: [StageName] { stages.map(\.name) }

  /// What a receiver needs to undo it.
  var registry: StageRegistry {
    StandardStages.registry(hmac: stages.lazy.compactMap { $0 as? HMACSHA256Stage }.first)
  }

  /// Whether compression is a part of it.
  var compresses: Bool { names.contains(DeflateStage.name) }

  /// Reads the text.
  ///
  /// - Parameters:
  ///   - key: The file of the key of `hmac-sha-256`; without one a key is made that both ends of
  ///     this process know.
  /// - Throws: `.usage` for stages that there are not, or that are named twice; what the key file
  ///   is refused for.
  package init(_ text: String, key: String? = nil) throws(PouchError) {
    if text == "none" {
      self = .none
      return
    }
    var stages: [any Stage] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let stage = try PipelineChoice.stage(String(part), key: key)
      guard !stages.contains(where: { $0.name == stage.name }) else {
        throw PouchError(
          .usage, "--pipeline \(text): '\(stage.name)' is named twice",
          hint: "a stage works once: remove one")
      }
      stages.append(stage)
    }
    self.init(text: text, stages: stages)
  }

  private static func stage(_ text: String, key: String?) throws(PouchError) -> any Stage {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("deflate", 1): return try DeflateStage()
    case ("deflate", 2):
      guard let level = Int(parts[1]), (1...9).contains(level) else {
        throw PouchError(.usage, "--pipeline \(text): deflate has levels from 1 to 9")
      }
      return try DeflateStage(level: level)
    case ("crc32c", 1): return CRC32CStage()
    case ("sha-256", 1): return SHA256Stage()
    case ("hmac-sha-256", 1):
      if let key { return try HMACSHA256Stage(keyFile: key) }
      return try HMACSHA256Stage(key: Bytes((0..<32).map { _ in .random(in: .min ... .max) }))
    default:
      throw PouchError(
        .usage, "--pipeline: there is no stage '\(text)'",
        hint: "available: none, or deflate, deflate:LEVEL, crc32c, sha-256, hmac-sha-256")
    }
  }
}
