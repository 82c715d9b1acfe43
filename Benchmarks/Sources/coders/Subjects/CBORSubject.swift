import CBOR

/// This library's coders of `Codable` values.
enum CBORSubject {
  static let name = "CBOR"
  /// The encoded bytes are lent and not made into an array.
  static let lending = "CBOR, lent"

  static func cases<T: Codable & Equatable>(
    _ workload: String, _ value: T, _ bytes: [UInt8], _ seconds: Double
  ) -> [Case] {
    let encoder = CBOREncoder()
    let decoder = CBORDecoder()
    return [
      Case(workload, .encode, name, seconds: seconds) {
        try decoder.decode(T.self, from: encoder.encode(value)) == value
      } work: { count in
        for _ in 0..<count { keep(try encoder.encode(value)) }
      },
      Case(workload, .encode, lending, seconds: seconds) {
        try encoder.withEncodedBytes(of: value) { [UInt8]($0) } == bytes
      } work: { count in
        for _ in 0..<count { try encoder.withEncodedBytes(of: value) { keep($0) } }
      },
      Case(workload, .decode, name, seconds: seconds) {
        try decoder.decode(T.self, from: bytes) == value
      } work: { count in
        for _ in 0..<count { keep(try decoder.decode(T.self, from: bytes)) }
      },
    ]
  }
}
