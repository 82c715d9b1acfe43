internal import COpenSSL
internal import PouchCore

/// What OpenSSL believes is its socket: two buffers of ciphertext.
///
/// Not `Sendable`: it belongs to the `TLSSession` whose lock its owner holds.
final class CiphertextChannel {
  /// What came from the peer and was not decrypted yet.
  var incoming = ByteBuffer()
  /// What was encrypted and has not left.
  var outgoing = ByteBuffer()
  /// Nothing more will come.
  var hasEnded = false

  /// A BIO that reads and writes these buffers, and keeps this channel alive.
  func makeBIO() throws(PouchError) -> OpaquePointer {
    guard let method = CiphertextMethod.shared.pointer, let bio = BIO_new(method) else {
      throw .openSSL("make a BIO")
    }
    BIO_set_data(bio, Unmanaged.passRetained(self).toOpaque())
    BIO_set_init(bio, 1)
    return bio
  }

  fileprivate func read(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(room.count, incoming.count)
    incoming.withUnsafeBytes {
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count]))
    }
    incoming.discard(count)
    return count
  }
}

/// The table of functions behind every channel's BIO. Made once, never freed.
///
/// `@unchecked Sendable`: nothing changes it after `init`.
private struct CiphertextMethod: @unchecked Sendable {
  static let shared = CiphertextMethod()

  let pointer: OpaquePointer?

  private init() {
    let type = BIO_get_new_index() | Int32(BIO_TYPE_SOURCE_SINK)
    pointer = BIO_meth_new(type, "pouch ciphertext")
    guard let pointer else { return }
    BIO_meth_set_read(pointer, readCiphertext)
    BIO_meth_set_write(pointer, writeCiphertext)
    BIO_meth_set_ctrl(pointer, controlCiphertext)
    BIO_meth_set_destroy(pointer, destroyCiphertext)
  }
}

private func channel(_ bio: OpaquePointer?) -> Unmanaged<CiphertextChannel>? {
  BIO_get_data(bio).map { Unmanaged<CiphertextChannel>.fromOpaque($0) }
}

private func readCiphertext(
  _ bio: OpaquePointer?, _ data: UnsafeMutablePointer<CChar>?, _ count: Int32
) -> Int32 {
  pouch_bio_clear_retry_flags(bio)
  guard let channel = channel(bio), let data, count > 0 else { return 0 }
  return channel._withUnsafeGuaranteedRef { channel in
    if channel.incoming.isEmpty {
      if channel.hasEnded { return 0 }
      pouch_bio_set_retry_read(bio)
      return -1
    }
    let room = UnsafeMutableRawBufferPointer(start: data, count: Int(count))
    return Int32(channel.read(room))
  }
}

private func writeCiphertext(
  _ bio: OpaquePointer?, _ data: UnsafePointer<CChar>?, _ count: Int32
) -> Int32 {
  pouch_bio_clear_retry_flags(bio)
  guard let channel = channel(bio), let data, count > 0 else { return 0 }
  channel._withUnsafeGuaranteedRef {
    $0.outgoing.append(UnsafeRawBufferPointer(start: data, count: Int(count)))
  }
  return count
}

private func controlCiphertext(
  _ bio: OpaquePointer?, _ command: Int32, _ number: Int, _ argument: UnsafeMutableRawPointer?
) -> Int {
  switch command {
  case BIO_CTRL_FLUSH: return 1
  case BIO_CTRL_EOF:
    return channel(bio)?._withUnsafeGuaranteedRef { $0.hasEnded && $0.incoming.isEmpty ? 1 : 0 }
      ?? 1
  case BIO_CTRL_PENDING:
    return channel(bio)?._withUnsafeGuaranteedRef { $0.incoming.count } ?? 0
  case BIO_CTRL_WPENDING:
    return channel(bio)?._withUnsafeGuaranteedRef { $0.outgoing.count } ?? 0
  default: return 0
  }
}

private func destroyCiphertext(_ bio: OpaquePointer?) -> Int32 {
  channel(bio)?.release()
  BIO_set_data(bio, nil)
  return 1
}
