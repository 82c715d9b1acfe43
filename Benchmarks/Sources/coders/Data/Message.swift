/// A small message: 64 bytes as CBOR.
struct Message: Codable, Equatable {
  var id: UInt32
  var kind: String
  var x: Double
  var y: Double
  var urgent: Bool
  var hops: Int

  static let sample = Message(
    id: 3_000_000_001, kind: "position/gnss", x: 48.858370127, y: 2.294481276, urgent: true,
    hops: 3)
}
