import CBOR
import Pickle

/// This library's reader and writer of Python's pickles.
enum PickleSubject {
  static let name = "Pickle"

  /// - Parameters:
  ///   - cbor: The same data as CBOR.
  ///   - pickle: The same data as Python pickled it.
  static func cases(
    _ workload: String, cbor: [UInt8], pickle: [UInt8], _ seconds: Double
  ) throws -> [Case] {
    let value = try Value(decoding: cbor)
    let encoder = PickleEncoder()
    let decoder = PickleDecoder()
    return [
      Case(workload, .encode, name, seconds: seconds) {
        try decoder.decode(encoder.encode(value)) == value
      } work: { count in
        for _ in 0..<count { keep(try encoder.encode(value)) }
      },
      Case(workload, .decode, name, seconds: seconds) {
        try decoder.decode(pickle) == value
      } work: { count in
        for _ in 0..<count { keep(try decoder.decode(pickle)) }
      },
    ]
  }
}
