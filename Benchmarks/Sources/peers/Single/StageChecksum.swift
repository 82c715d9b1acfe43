import Pouch

/// Pouch's CRC-32C, as its stage computes it over a frame.
struct StageChecksum: Contender {
  let name = "pouch"
  let summary = "the CRC-32C stage over frames of \(sizeText(ZlibChecksum.size)), one core"

  func measure(seconds: Double) async throws -> Double {
    let content = Bytes(copying: Pattern.shared.bytes(ZlibChecksum.size))
    let header = FrameHeader(kind: .data, firstID: 1, count: 1)
    let context = StageContext(
      direction: .fromInitiator, nonces: Bytes([UInt8](repeating: 0, count: 32)))
    let codec = try CRC32CStage().makeCodec(context)
    try check(codec, content, header)
    return try Timed.bytesPerSecond(ZlibChecksum.size, seconds: seconds) {
      var body = OutgoingBody(content)
      _ = try codec.encode(&body, header: header)
      guard body.count == content.count + 4 else {
        throw VerificationError(reason: "no checksum was appended")
      }
    }
  }

  /// What the stage writes, it must take; and not when a bit has changed.
  private func check(
    _ codec: any StageCodec, _ content: Bytes, _ header: FrameHeader
  ) throws {
    var body = OutgoingBody(content)
    _ = try codec.encode(&body, header: header)
    var sealed: [UInt8] = []
    body.forEachSegment { sealed.append(contentsOf: $0) }
    var whole = Bytes(sealed)
    try codec.decode(&whole, header: header, limit: 16 << 20)
    sealed[sealed.count / 2] ^= 1
    var damaged = Bytes(sealed)
    guard (try? codec.decode(&damaged, header: header, limit: 16 << 20)) == nil else {
      throw VerificationError(reason: "the checksum does not see a changed bit")
    }
  }
}
