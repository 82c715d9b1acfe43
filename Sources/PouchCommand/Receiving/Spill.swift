internal import CPouchSystem
internal import Glibc
internal import PouchCore
internal import Synchronization

/// Where objects wait that are too much for memory: one file without a name under `$TMPDIR`, in blocks
/// of one size.
///
/// One descriptor serves all objects, however many wait, and the file is gone with the process.
final class Spill: Sendable {
  private struct State {
    var file: FileHandle?
    /// Blocks that were used and are free.
    var free: [Int] = []
    /// How many blocks there are.
    var count = 0
  }

  /// The size of a block in bytes.
  static let block = 64 << 10

  private let directory: String
  private let state = Mutex(State())

  init(directory: String) { self.directory = directory }

  /// Writes up to a block of bytes. Blocks.
  ///
  /// - Returns: The number of the block, for `read` and `release`.
  func write(_ bytes: Bytes) throws(StorageFailure) -> Int {
    let (file, block) = try take()
    var done = 0
    while done < bytes.count {
      let rest = bytes.dropFirst(done)
      let result = rest.withUnsafeBytes { buffer in
        retrying {
          pwrite(file.number, buffer.baseAddress, buffer.count, off_t(block * Spill.block + done))
        }
      }
      guard result > 0 else {
        let number = result < 0 ? errno : ENOSPC
        release(block)
        throw StorageFailure("a temporary file in '\(directory)' cannot be written", errno: number)
      }
      done += result
    }
    return block
  }

  /// Reads a block back. Blocks.
  func read(_ block: Int, _ count: Int) throws(StorageFailure) -> Bytes {
    guard let file = state.withLock({ $0.file }) else {
      throw StorageFailure("a temporary file in '\(directory)' is gone", errno: EBADF)
    }
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let result = retrying {
          pread(
            file.number, buffer.baseAddress.map { $0 + filled }, count - filled,
            off_t(block * Spill.block + filled))
        }
        guard result > 0 else {
          failure = result < 0 ? errno : EIO
          return
        }
        filled += result
      }
    }
    if let failure {
      throw StorageFailure("a temporary file in '\(directory)' cannot be read", errno: failure)
    }
    return Bytes(bytes)
  }

  /// How many bytes are in use.
  var size: Int { state.withLock { ($0.count - $0.free.count) * Spill.block } }

  /// Gives a block back.
  func release(_ block: Int) { state.withLock { $0.free.append(block) } }

  private func take() throws(StorageFailure) -> (FileHandle, Int) {
    let result = state.withLock { state -> Result<(FileHandle, Int), StorageFailure> in
      do throws(StorageFailure) {
        let file: FileHandle
        if let known = state.file { file = known } else { file = try open() }
        state.file = file
        if let block = state.free.popLast() { return .success((file, block)) }
        state.count += 1
        return .success((file, state.count - 1))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func open() throws(StorageFailure) -> FileHandle {
    let number = directory.withSystemPath { pouch_temporary_file($0) }
    guard number >= 0 else {
      throw StorageFailure(
        "no temporary file can be made in '\(directory)'", errno: -number,
        reason: "there is no place for it while others are written")
    }
    return FileHandle(number)
  }
}
