import Synchronization

/// The digests of loads, each computed once.
final class ExpectedDigests: Sendable {
  static let shared = ExpectedDigests()

  private struct Key: Hashable {
    var size: Int
    var total: Int
  }

  private let known = Mutex<[Key: UInt64]>([:])

  func digest(of load: Load) -> UInt64 {
    let key = Key(size: load.size, total: load.total)
    if let digest = known.withLock({ $0[key] }) { return digest }
    let digest = load.expectedDigest()
    known.withLock { $0[key] = digest }
    return digest
  }
}
