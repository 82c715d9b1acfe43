public import PouchCore

/// Finds bytes that were damaged on the way: a CRC-32C (RFC 3720) behind the body.
///
/// Covers the header's fields and the body with 4 bytes. It finds faults, whether of a disk, a
/// cable or memory; it is no protection against somebody who changes frames on purpose, who can
/// compute a new checksum. That takes TLS or `HMACSHA256Stage`.
public struct CRC32CStage: Stage {
  /// `crc32c`.
  public static let name: StageName = "crc32c"

  public var name: StageName { CRC32CStage.name }

  public init() {}

  public func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec {
    CRC32CCodec()
  }
}

private final class CRC32CCodec: StageCodec {
  func encode(_ body: inout OutgoingBody, header: FrameHeader) throws(PouchError) -> Applied {
    var sum = header.withCoveredBytes { crc32c($0) }
    body.forEachSegment { sum = crc32c($0, continuing: sum) }
    body.append(bigEndian: sum)
    return .applied
  }

  func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError) {
    let content = try Seal.contentLength(body, seal: 4, limit: limit, CRC32CStage.name)
    let seed = header.withCoveredBytes { crc32c($0) }
    let agrees = body.withUnsafeBytes { bytes in
      crc32c(UnsafeRawBufferPointer(rebasing: bytes[..<content]), continuing: seed)
        == bytes.bigEndian(content, as: UInt32.self)
    }
    guard agrees else { throw Seal.broken("CRC-32C", CRC32CStage.name) }
    body = body.prefix(content)
  }

  func passOver(header: FrameHeader) throws(PouchError) {
    throw Seal.missing(CRC32CStage.name)
  }
}
