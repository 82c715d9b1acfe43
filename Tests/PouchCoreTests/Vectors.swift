/// What several suites take from docs/wire-vectors.json, by name.
enum Vectors {
  static let preface = [UInt8](hex: WireVectors.shared.preface)

  /// DATA, nine bytes, one object with id 1.
  static let dataHeader = WireVectors.header("DATA, nine bytes, object 1")

  /// The raw object `hello`.
  static let helloEntry = WireVectors.entry("one raw object")

  /// The CBOR object `{1: "hi"}` with the attachments `abc`, nothing, and `de`.
  static let attachmentsEntry = WireVectors.entry("three attachments")

  /// ACK of level `processed`: everything up to 7, and 9 to 12.
  static let acknowledgement = WireVectors.acknowledgement("up to 7, and 9 to 12")

  /// CLOSE after three objects: {"last": 3, "code": "done"}.
  static let closing: [UInt8] =
    [0xa2, 0x64] + Array("last".utf8) + [0x03, 0x64] + Array("code".utf8) + [0x64]
    + Array("done".utf8)
}
