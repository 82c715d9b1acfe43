extension Target {
  /// Everything that is asked for and measured here.
  static let all: [Target] =
    tcp + unix + tls + roundTrips + single

  private static func least(
    _ contest: String, _ ratio: Double, of reference: String, _ subject: String = "pouch"
  ) -> Target {
    Target(contest: contest, subject: subject, reference: reference, bound: .atLeast(ratio))
  }

  private static let tcp = [
    least("tcp 64 B", 0.6, of: "raw sockets"),
    least("tcp 64 B", 0.5, of: "raw sockets", "pouch, CRC-32C"),
    least("tcp 64 B", 5, of: "libzmq"),
    least("tcp 64 B", 50, of: "NNG"),
    least("tcp 64 B", 0.7, of: "pouch", "pouch, received"),
    least("tcp 1 KiB", 0.8, of: "raw sockets"),
    least("tcp 1 KiB", 3, of: "libzmq"),
    least("tcp 64 KiB", 0.9, of: "raw sockets"),
    least("tcp 64 KiB", 1.2, of: "libzmq"),
    least("tcp 1 MiB", 0.9, of: "raw sockets"),
    least("tcp 1 MiB", 1.2, of: "libzmq"),
    least("tcp 1 MiB", 1.3, of: "NIO handlers"),
  ]

  private static let unix = Contests.sizes.map { "unix \(sizeText($0))" }.flatMap { contest in
    [least(contest, 0.8, of: "raw sockets"), least(contest, 1.5, of: "libzmq")]
  }

  private static let tls = [
    least("tls 64 B", 5, of: "libzmq CURVE"),
    least("tls 64 B", 3, of: "libzmq in the clear"),
    least("tls 64 B", 10, of: "OpenSSL, one SSL_write each"),
    least("tls 1 KiB", 3, of: "libzmq CURVE"),
    least("tls 1 KiB", 1.4, of: "libzmq in the clear"),
    least("tls 64 KiB", 0.9, of: "OpenSSL, batches"),
    least("tls 64 KiB", 1.6, of: "libzmq CURVE"),
    least("tls 1 MiB", 0.9, of: "OpenSSL, batches"),
    least("tls 1 MiB", 1.6, of: "libzmq CURVE"),
  ]

  private static let roundTrips = [
    ("raw sockets", 1.3), ("libzmq", 0.75), ("NNG", 0.5), ("NIOAsyncChannel", 0.7),
  ].map { reference, most in
    Target(
      contest: "round trip tcp 64 B", subject: "pouch", reference: reference,
      bound: .atMost(most))
  }

  private static let single = [
    Target(contest: "CRC-32C", subject: "pouch", reference: nil, bound: .atLeast(10e9)),
    least("CRC-32C", 5, of: "zlib's crc32"),
    least("deflate level 1", 0.95, of: "zlib alone"),
    least("compression of 64 B objects", 0.9, of: "one 64 KiB block"),
    least("connections, tcp 64 B", 0.8, of: "1 connection", "1000 connections"),
    Target(
      contest: "memory of an idle connection", subject: "tls, receiving end", reference: nil,
      bound: .atMost(48)),
    Target(
      contest: "memory of an idle connection", subject: "tls, sending end", reference: nil,
      bound: .atMost(48)),
  ]
}
