/// What the command was told, as it was written.
package struct BenchOptions: Sendable {
  package var mode: String?
  package var transports: String?
  package var sizes: String?
  package var pipelines: [String] = []
  package var hmacKey: String?
  package var api: String?
  package var acknowledge: String?
  package var roundTrip: String?
  package var content: String?
  package var connections: Int?
  package var rate: String?
  package var duration: String?
  package var warmUp: String?
  package var count: Int?
  package var rounds: Int?
  package var corrupts = false

  package init() {}
}
