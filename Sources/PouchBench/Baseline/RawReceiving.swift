internal import Glibc
internal import PouchCore

extension RawPairs {
  /// Receives on the connections of one thread until all of them have ended. Blocks.
  ///
  /// - Parameters:
  ///   - thread: Which of `threads`: it serves every connection whose number leaves that rest.
  func receive(
    thread: Int, of threads: Int, largest: Int, _ meters: MeterTable
  ) throws(PouchError) {
    let connections = Array(stride(from: thread, to: servers.count, by: threads))
    if connections.count == 1, let only = connections.first {
      var reader = FrameReader(servers[only], largest: largest)
      while try reader.take({ object throws(PouchError) in meters.add(object, connection: only) }) {
      }
      return
    }
    try receive(connections, largest, meters)
  }

  /// The same for several connections: whichever has something is served.
  private func receive(
    _ connections: [Int], _ largest: Int, _ meters: MeterTable
  ) throws(PouchError) {
    let readers = connections.map { ServedReader(servers[$0], largest: largest) }
    var waits = connections.map {
      pollfd(fd: servers[$0].descriptor, events: Int16(POLLIN), revents: 0)
    }
    var open = connections.count
    while open > 0 {
      guard poll(&waits, nfds_t(waits.count), -1) >= 0 || errno == EINTR else {
        throw .system(.internal, "the baseline's poll failed", errno: errno)
      }
      for index in waits.indices where waits[index].revents != 0 {
        let connection = connections[index]
        var isOpen = true
        repeat {
          isOpen = try readers[index].reader.take { object throws(PouchError) in
            meters.add(object, connection: connection)
          }
        } while isOpen && readers[index].reader.channelHoldsBytes
        if !isOpen {
          // A negative descriptor is left out.
          waits[index].fd = -1
          waits[index].revents = 0
          open -= 1
        }
      }
    }
  }
}

/// A reader in a list of several.
private final class ServedReader {
  var reader: FrameReader

  init(_ channel: any RawChannel, largest: Int) {
    reader = FrameReader(channel, largest: largest)
  }
}
