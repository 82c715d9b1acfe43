/// How much may lie between a sender and its receiver, where a peer gains by being told: what Pouch's
/// own window is, 8 MiB, and not more than a thousand objects, which is the usual default.
enum InFlight {
  static func objects(of size: Int) -> Int { max(4, min(1000, (8 << 20) / size)) }
}
