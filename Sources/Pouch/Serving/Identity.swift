/// How this process names itself to its peers.
enum Identity {
  /// Random, and the same for as long as the process lives.
  static let process: [UInt8] = (0..<16).map { _ in .random(in: .min ... .max) }
}

/// The version of this package.
public enum PouchVersion {
  /// Semantic version, such as `0.1.0`.
  public static let text = "0.1.0"
}
