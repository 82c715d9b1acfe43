/// The sockets that a loop watches, by the token that comes back with their events.
///
/// A token holds a slot and the slot's generation, so that an event which was already on its way
/// when its socket was closed does not reach the socket that has the slot now.
struct SocketTable {
  private struct Slot {
    var generation: UInt32
    var socket: Socket?
  }

  private var slots: [Slot] = []
  private var free: [Int] = []

  mutating func insert(_ socket: Socket) -> UInt64 {
    let number: Int
    if let reused = free.popLast() {
      number = reused
      slots[number].socket = socket
    } else {
      number = slots.count
      slots.append(Slot(generation: 0, socket: socket))
    }
    return UInt64(slots[number].generation) << 32 | UInt64(number)
  }

  subscript(token: UInt64) -> Socket? {
    let number = Int(token & 0xffff_ffff)
    guard number < slots.count, slots[number].generation == UInt32(token >> 32) else { return nil }
    return slots[number].socket
  }

  mutating func remove(_ token: UInt64) {
    guard self[token] != nil else { return }
    let number = Int(token & 0xffff_ffff)
    slots[number].socket = nil
    slots[number].generation &+= 1
    free.append(number)
  }
}
