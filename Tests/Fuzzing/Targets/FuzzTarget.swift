/// A decoder that is fed bytes which nobody vouches for.
///
/// A target takes any bytes and may refuse them, but never traps, hangs, or takes more than its
/// limits say. Where what was read can be written again, the target also checks that this gives
/// the same thing back: a `Mismatch` is as much a finding as a crash.
package struct FuzzTarget: Sendable {
  /// The name of the target, and of its folder in `Tests/Fuzzing/Corpus`.
  package let name: String
  package let run: @Sendable ([UInt8]) throws(Mismatch) -> Void

  /// What was read did not survive being written and read again.
  package struct Mismatch: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
  }

  /// Every target, by name.
  package static let all: [FuzzTarget] = [
    .cbor, .cborCodable, .diagnostic, .json, .pickle, .pickleNumPy, .frames, .attachments,
    .handshake, .session, .pipeline, .endpoint, .length10,
  ]

  package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
