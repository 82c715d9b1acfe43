import Foundation
import Testing

/// A pipe with a name that has no room for a byte, until the test reads it.
final class UnreadPipe: Sendable {
  let path: String
  private let reader: Int32
  private let writer: Int32

  init(_ path: String) throws {
    self.path = path
    try #require(mkfifo(path, 0o600) == 0)
    reader = open(path, O_RDONLY | O_NONBLOCK)
    writer = open(path, O_WRONLY | O_NONBLOCK)
    try #require(reader >= 0 && writer >= 0)
    while write(writer, "\n", 1) == 1 {}
    try #require(errno == EAGAIN)
    try #require(fcntl(reader, F_SETFL, 0) == 0)
  }

  deinit {
    close(reader)
    close(writer)
  }

  /// Reads up to a line that holds `text`, and the rest of what came with it.
  func lines(to text: String) async -> [String] {
    await withCheckedContinuation { continuation in
      Thread {
        var bytes = Data()
        var room = [UInt8](repeating: 0, count: 65536)
        let end = Data(text.utf8)
        var isOver = false
        while !isOver || bytes.last != 0x0a {
          let start = max(0, bytes.count - end.count)
          let count = read(self.reader, &room, room.count)
          guard count > 0 else { break }
          bytes += room.prefix(count)
          isOver = isOver || bytes[start...].range(of: end) != nil
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        continuation.resume(returning: lines)
      }.start()
    }
  }
}
