/// Memory of one owner.
struct RawMemory: ~Copyable {
  let bytes: UnsafeMutableRawBufferPointer

  init(size: Int) { bytes = .allocate(byteCount: size, alignment: 64) }

  deinit {
    bytes.deallocate()
  }
}
