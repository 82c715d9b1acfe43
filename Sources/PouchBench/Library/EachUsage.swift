internal import Pouch

struct EachUsage: Usage {
  func receive(_ meters: MeterTable, with receiver: Receiver) async throws {
    try await receiver.run { delivery in
      delivery.payload.withUnsafeBytes { meters.add($0) }
    }
  }
}

struct AsyncUsage: Usage {
  func receive(_ meters: MeterTable, with receiver: Receiver) async throws {
    try await receiver.run { delivery async in
      delivery.payload.withUnsafeBytes { meters.add($0) }
    }
  }
}
