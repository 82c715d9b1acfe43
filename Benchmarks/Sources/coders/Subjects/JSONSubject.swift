import Foundation

/// Foundation's coders of JSON.
enum JSONSubject {
  static let name = "JSON"

  static func cases<T: Codable & Equatable>(
    _ workload: String, _ value: T, _ text: Data, _ seconds: Double
  ) -> [Case] {
    let encoder = JSONEncoder()
    let decoder = JSONDecoder()
    return [
      Case(workload, .encode, name, seconds: seconds) {
        try decoder.decode(T.self, from: encoder.encode(value)) == value
      } work: { count in
        for _ in 0..<count { keep(try encoder.encode(value)) }
      },
      Case(workload, .decode, name, seconds: seconds) {
        try decoder.decode(T.self, from: text) == value
      } work: { count in
        for _ in 0..<count { keep(try decoder.decode(T.self, from: text)) }
      },
    ]
  }
}
