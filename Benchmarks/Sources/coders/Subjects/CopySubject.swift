import Glibc

/// The least that can be done with bytes: one copy of them.
enum CopySubject {
  /// Into memory that is there already.
  static let name = "memcpy"
  /// Into an array that is made for it, as every coder must.
  static let allocating = "new array"

  static func cases(_ workload: String, _ bytes: [UInt8], _ seconds: Double) -> [Case] {
    var target = [UInt8](repeating: 1, count: bytes.count)
    return Operation.allCases.flatMap { operation in
      [
        Case(workload, operation, name, seconds: seconds) {
          copy(bytes, to: &target)
          return target == bytes
        } work: { count in
          for _ in 0..<count { copy(bytes, to: &target) }
        },
        Case(workload, operation, allocating, seconds: seconds) {
          array(of: bytes) == bytes
        } work: { count in
          for _ in 0..<count { keep(array(of: bytes)) }
        },
      ]
    }
  }

  @inline(never)
  private static func copy(_ source: [UInt8], to target: inout [UInt8]) {
    target.withUnsafeMutableBytes { target in
      source.withUnsafeBytes { target.copyMemory(from: $0) }
    }
  }

  @inline(never)
  private static func array(of source: [UInt8]) -> [UInt8] {
    source.withUnsafeBytes { [UInt8]($0) }
  }
}
