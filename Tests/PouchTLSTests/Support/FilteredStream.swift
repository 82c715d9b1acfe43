import PouchCore
import Synchronization

/// A stream that tests put under TLS: it can hand out bytes in small pieces, and keep or change
/// what is written.
final class FilteredStream: ByteStream {
  private struct State {
    var change: (@Sendable ([UInt8]) -> [UInt8])?
    var writes: [[UInt8]] = []
    var staysOpen = false
  }

  private let base: MemoryStream
  private let piece: Int
  private let state = Mutex(State())

  init(_ base: MemoryStream, piece: Int = .max) {
    self.base = base
    self.piece = piece
  }

  /// Changes every write from now on.
  func change(_ change: (@Sendable ([UInt8]) -> [UInt8])?) {
    state.withLock { $0.change = change }
  }

  /// Lets no `finish` through from now on, as a program does that ends TLS and keeps its socket.
  func stayOpen() { state.withLock { $0.staysOpen = true } }

  /// Everything that was written, one element a write.
  var writes: [[UInt8]] { state.withLock { $0.writes } }

  func forgetWrites() { state.withLock { $0.writes = [] } }

  /// The lengths of the TLS records that were written.
  var records: [Int] {
    let bytes = writes.flatMap { $0 }
    var lengths: [Int] = []
    var position = 0
    while position + 5 <= bytes.count {
      let length = Int(bytes[position + 3]) << 8 | Int(bytes[position + 4])
      lengths.append(length)
      position += 5 + length
    }
    return lengths
  }

  private let leftOver = Mutex(ByteBuffer())

  func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
    if piece == .max { return try await base.read(into: &buffer) }
    if leftOver.withLock({ $0.isEmpty }) {
      var fresh = ByteBuffer()
      if try await base.read(into: &fresh) == 0 { return 0 }
      let bytes = fresh.freeze()
      leftOver.withLock { $0.append(bytes) }
    }
    let bytes = leftOver.withLock { $0.take(min(piece, $0.count)) }
    buffer.append(bytes)
    return bytes.count
  }

  func write(_ segments: [Bytes]) async throws(PouchError) {
    var bytes = segments.flatMap(\.array)
    let change = state.withLock { state in
      state.writes.append(bytes)
      return state.change
    }
    if let change { bytes = change(bytes) }
    try await base.write([Bytes(bytes)])
  }

  func finish() async throws(PouchError) {
    if !state.withLock({ $0.staysOpen }) { try await base.finish() }
  }
  func close() { base.close() }
  var peer: PeerIdentity { base.peer }
}
