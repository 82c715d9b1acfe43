import Foundation

/// The program that a Python tutorial teaches: a length in ten characters and a pickle for each
/// object. Both ends are processes of their own, and check what they carry by themselves.
struct PythonObjects: Contender {
  let carrier: Carrier
  let size: Int
  let script: String
  let name = "Python"
  let summary = "a tutorial's 10 characters of length and a pickle for each object, two processes"

  func measure(seconds: Double) async throws -> Double {
    // A first short run tells how many objects the time is worth.
    let guess = try await rate(count: max(50, min(2000, (8 << 20) / size)))
    return try await rate(count: max(50, Int(guess * seconds)))
  }

  private func rate(count: Int) async throws -> Double {
    let arguments = [script, carrier.rawValue, "\(size)", "\(count / 10 + 1)", "\(count)"]
    let text = try await onThread { try Program.output("python3", arguments) }
    guard let nanoseconds = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)),
      nanoseconds > 0
    else { throw VerificationError(reason: "\(script) printed '\(text)'") }
    return Double(count) / nanoseconds * 1e9
  }
}
