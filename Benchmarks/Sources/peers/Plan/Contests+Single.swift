import Pouch

extension Contests {
  /// What is measured of one part alone.
  func single() throws -> [Contest] {
    let text = ReadingText()
    let stage = try DeflateStage(level: 1)
    return [
      Contest(name: "CRC-32C", unit: .bytes, contenders: [ZlibChecksum(), StageChecksum()]),
      Contest(
        name: "deflate level 1", unit: .bytes,
        contenders: [ZlibThroughput(text: text), DeflateThroughput(text: text, stage: stage)]),
      Contest(
        name: "compression of 64 B objects", unit: .times,
        contenders: [
          BlockCompression(text: text, block: 64 << 10), BlockCompression(text: text, block: 64),
          FrameCompression(text: text, stage: stage),
        ]),
      Contest(
        name: "connections, tcp 64 B", unit: .objects(of: 64),
        contenders: [ManyConnections(count: 1), ManyConnections(count: 1000)]),
      Contest(
        name: "memory of an idle connection", unit: .kibibytes,
        contenders: [Carrier.tcp, .unix, .tls].flatMap { carrier in
          IdleConnections.contenders(
            IdleConnections(carrier: carrier, credentials: credentials, count: 1000))
        }, mostRounds: 1),
    ]
  }
}
