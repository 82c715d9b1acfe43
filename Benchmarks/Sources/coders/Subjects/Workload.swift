import CBOR
import Foundation

/// Data of one kind, and all that is done with it.
struct Workload {
  /// What Python reads it as.
  enum Form: String, Codable {
    /// Lists, dictionaries, texts and numbers.
    case plain
    /// `array.array` of 8- or 4-byte floats.
    case doubles, floats
  }

  let name: String
  let summary: String
  let form: Form
  /// The same data in each format, by the ending of the file's name.
  let files: [String: Data]
  private let makeCases: (Double) throws -> [Case]

  /// - Parameter raw: The bytes that a plain copy would copy.
  init<T: Codable & Equatable>(
    _ name: String, _ summary: String, _ value: T, form: Form = .plain, raw: [UInt8]? = nil
  ) throws {
    let cbor = try CBOREncoder().encode(value)
    let json = try JSONEncoder().encode(value)
    self.name = name
    self.summary = "\(summary); \(cbor.count) bytes as CBOR, \(json.count) as JSON"
    self.form = form
    files = ["cbor": Data(cbor), "json": json].merging(raw.map { ["raw": Data($0)] } ?? [:]) { $1 }
    makeCases = { seconds in
      CBORSubject.cases(name, value, cbor, seconds)
        + JSONSubject.cases(name, value, json, seconds)
        + (form == .plain ? try ValueSubject.cases(name, cbor, seconds) : [])
        + (raw.map { CopySubject.cases(name, $0, seconds) } ?? [])
    }
  }

  /// - Parameter seconds: How long a sample takes at least.
  func cases(seconds: Double) throws -> [Case] { try makeCases(seconds) }
}

extension Workload {
  /// How a workload is made, which takes time for the larger ones.
  struct Recipe {
    let name: String
    let make: () throws -> Workload

    init(_ name: String, _ make: @escaping (String) throws -> Workload) {
      self.name = name
      self.make = { try make(name) }
    }
  }

  /// - Parameter scale: A divisor of the sizes, for a quick look.
  static func recipes(scale: Int = 1) -> [Recipe] {
    let count = 1_000_000 / scale
    return [
      Recipe("message") {
        try Workload($0, "one small structure; coders are kept and used again", Message.sample)
      },
      Recipe("records") {
        try Workload($0, "\(10_000 / scale) structures", Record.many(10_000 / scale))
      },
      Recipe("coordinates") {
        try Workload(
          $0, "rings of pairs of doubles, three arrays deep",
          Coordinates.map(points: 56_000 / scale))
      },
      Recipe("[Double]") {
        try Workload($0, "an ordinary array of \(count)", Numbers.doubles(count))
      },
      Recipe("typed [Double]") {
        let numbers = Numbers.doubles(count)
        return try Workload(
          $0, "a typed array of \(count)", TypedArray(numbers), form: .doubles,
          raw: numbers.withUnsafeBytes { [UInt8]($0) })
      },
      Recipe("typed [Float]") {
        let numbers = Numbers.floats(count)
        return try Workload(
          $0, "a typed array of \(count)", TypedArray(numbers), form: .floats,
          raw: numbers.withUnsafeBytes { [UInt8]($0) })
      },
    ]
  }
}
