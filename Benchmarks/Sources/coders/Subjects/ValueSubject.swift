import CBOR

/// This library's dynamic values, which is what Python's decoders make too.
enum ValueSubject {
  static let name = "CBOR.Value"

  static func cases(_ workload: String, _ bytes: [UInt8], _ seconds: Double) throws -> [Case] {
    let value = try Value(decoding: bytes)
    return [
      Case(workload, .encode, name, seconds: seconds) {
        value.encoded() == bytes
      } work: { count in
        for _ in 0..<count { keep(value.encoded()) }
      },
      Case(workload, .decode, name, seconds: seconds) {
        try Value(decoding: bytes) == value
      } work: { count in
        for _ in 0..<count { keep(try Value(decoding: bytes)) }
      },
    ]
  }
}
