/// One growing run of memory that everything is encoded into.
///
/// A class, because every container of a `Codable` value writes into the same one.
final class Writer {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private(set) var capacity: Int

  init(capacity: Int = 256) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  func array() -> [UInt8] { [UInt8](bytes) }

  func removeAll() { count = 0 }

  func truncate(to position: Int) { count = min(count, position) }

  /// Moves what lies behind a position, to make room there.
  func insertRoom(_ size: Int, at position: Int) {
    reserve(size)
    (base + position + size).update(from: base + position, count: count - position)
    count += size
  }

  @inline(__always)
  func reserve(_ additional: Int) {
    if capacity &- count < additional { grow(additional) }
  }

  @inline(never)
  private func grow(_ additional: Int) {
    let (needed, overflow) = count.addingReportingOverflow(additional)
    precondition(!overflow, "more bytes than can be addressed")
    capacity = max(needed, capacity &* 2)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
  }

  @inline(__always)
  func write(byte: UInt8) {
    reserve(1)
    base[count] = byte
    count &+= 1
  }

  @inline(__always)
  func write(_ source: UnsafeRawBufferPointer) {
    reserve(source.count)
    if let start = source.baseAddress {
      UnsafeMutableRawPointer(base + count).copyMemory(from: start, byteCount: source.count)
      count &+= source.count
    }
  }

  /// Appends bytes that `body` fills in.
  @inline(__always)
  func append(_ size: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    reserve(size)
    body(UnsafeMutableRawBufferPointer(start: base + count, count: size))
    count &+= size
  }

  /// Writes a head whose argument has its shortest form.
  @inline(__always)
  func head(_ major: UInt8, _ argument: UInt64) {
    reserve(9)
    if argument < 24 {
      base[count] = major &<< 5 | UInt8(truncatingIfNeeded: argument)
      count &+= 1
    } else {
      count &+= Writer.putLongHead(base + count, major, argument)
    }
  }

  /// The size of the shortest head with this argument.
  static func headSize(_ argument: UInt64) -> Int {
    if argument < 24 { return 1 }
    if argument <= UInt64(UInt8.max) { return 2 }
    if argument <= UInt64(UInt16.max) { return 3 }
    return argument <= UInt64(UInt32.max) ? 5 : 9
  }

  /// Stores a head of 2, 3, 5 or 9 bytes and returns which.
  static func putLongHead(
    _ target: UnsafeMutablePointer<UInt8>, _ major: UInt8, _ argument: UInt64
  ) -> Int {
    let raw = UnsafeMutableRawPointer(target) + 1
    let initial = major &<< 5
    if argument <= UInt64(UInt8.max) {
      target[0] = initial | 24
      target[1] = UInt8(truncatingIfNeeded: argument)
      return 2
    } else if argument <= UInt64(UInt16.max) {
      target[0] = initial | 25
      raw.storeBytes(of: UInt16(truncatingIfNeeded: argument).bigEndian, as: UInt16.self)
      return 3
    } else if argument <= UInt64(UInt32.max) {
      target[0] = initial | 26
      raw.storeBytes(of: UInt32(truncatingIfNeeded: argument).bigEndian, as: UInt32.self)
      return 5
    } else {
      target[0] = initial | 27
      raw.storeBytes(of: argument.bigEndian, as: UInt64.self)
      return 9
    }
  }

  @inline(__always)
  func write(bytes source: UnsafeRawBufferPointer) {
    head(MajorType.bytes, UInt64(source.count))
    write(source)
  }

  @inline(__always)
  func write(text: String) {
    var text = text
    text.withUTF8 {
      head(MajorType.text, UInt64($0.count))
      write(UnsafeRawBufferPointer($0))
    }
  }

  @inline(__always)
  func write(boolean: Bool) { write(byte: boolean ? Initial.true : Initial.false) }

  @inline(__always)
  func writeNull() { write(byte: Initial.null) }

  /// Writes the shortest float that holds this value exactly; every NaN becomes `f97e00`.
  @inline(__always)
  func write(float value: Double) {
    reserve(9)
    let single = Float(value)
    if Double(single) == value {
      write(float: single)
    } else if value.isNaN {
      write(float: Float.nan)
    } else {
      let raw = UnsafeMutableRawPointer(base + count)
      raw.storeBytes(of: Initial.double, as: UInt8.self)
      (raw + 1).storeBytes(of: value.bitPattern.bigEndian, as: UInt64.self)
      count &+= 9
    }
  }

  @inline(__always)
  func write(float value: Float) {
    reserve(5)
    let raw = UnsafeMutableRawPointer(base + count)
    if let half = FloatBits.half(exactly: value.isNaN ? .nan : value) {
      raw.storeBytes(of: Initial.half, as: UInt8.self)
      (raw + 1).storeBytes(of: half.bigEndian, as: UInt16.self)
      count &+= 3
    } else {
      raw.storeBytes(of: Initial.single, as: UInt8.self)
      (raw + 1).storeBytes(of: value.bitPattern.bigEndian, as: UInt32.self)
      count &+= 5
    }
  }

  func write(simple value: UInt8) {
    precondition(!(24..<32).contains(value), "simple values 24 to 31 do not exist")
    if value < 24 {
      write(byte: MajorType.simple << 5 | value)
    } else {
      write(longSimple: value)
    }
  }

  /// Writes a simple value in two bytes, which is well-formed from 32 on.
  func write(longSimple value: UInt8) {
    reserve(2)
    base[count] = MajorType.simple << 5 | 24
    base[count + 1] = value
    count &+= 2
  }
}
