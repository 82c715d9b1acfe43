import PouchCore
import PouchStages

let sharedKey = Bytes(utf8: "sixteen bytes or more of a key")

/// Every integrity stage.
func integrityStages() throws -> [any Stage] {
  [CRC32CStage(), SHA256Stage(), try HMACSHA256Stage(key: sharedKey)]
}

/// Pipelines that are worth a test each.
func pipelines() throws -> [[any Stage]] {
  let deflate = try DeflateStage(level: 1)
  let small = try DeflateStage(level: 9, minimum: 0)
  let crc32c = CRC32CStage()
  let hmac = try HMACSHA256Stage(key: sharedKey)
  return [
    [], [crc32c], [SHA256Stage()], [hmac], [deflate], [small], [deflate, crc32c],
    [crc32c, deflate], [small, SHA256Stage(), hmac], [hmac, crc32c, small, SHA256Stage()],
  ]
}
