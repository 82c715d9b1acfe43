/// Which way a coder goes.
enum Operation: String, CaseIterable, Codable {
  case encode, decode
}

/// One coder doing one thing with one kind of data.
final class Case {
  let workload: String
  let operation: Operation
  /// What does the work, as the table calls it.
  let subject: String
  /// Sees that what comes out is right; throws where it is not.
  let verify: () throws -> Void
  private let body: () throws -> Double

  /// - Parameter sample: Takes one sample and returns seconds for each time.
  init(
    _ workload: String, _ operation: Operation, _ subject: String,
    verify: @escaping () throws -> Void, sample: @escaping () throws -> Double
  ) {
    self.workload = workload
    self.operation = operation
    self.subject = subject
    self.verify = verify
    body = sample
  }

  /// A case that is timed in this process.
  convenience init(
    _ workload: String, _ operation: Operation, _ subject: String, seconds: Double,
    verify: @escaping () throws -> Bool, work: @escaping (Int) throws -> Void
  ) {
    var stopwatch = Stopwatch(seconds: seconds)
    self.init(
      workload, operation, subject,
      verify: {
        guard try verify() else {
          throw VerificationError("\(subject) does not \(operation) \(workload) as it was")
        }
      },
      sample: { try stopwatch.sample(work) })
  }

  func sample() throws -> Double { try body() }
}

/// What came out is not what went in.
struct VerificationError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Something that a coder made, which the optimizer may not leave out.
@inline(never)
func keep<T>(_ value: T) {
  withExtendedLifetime(value) {}
}
