import CBOR
import Pickle
import Testing

/// Objects that Python pickled with its C pickler, its Python pickler, and optimized, in all
/// protocols; and values that Python loads again.
@Suite("Next to Python's own pickle")
struct DifferentialTests {
  private static let count = 150

  @Test(
    "What Python pickles is read as the same object, and the reverse", .timeLimit(.minutes(1)),
    arguments: ["generate", "standard"], 0..<4)
  func pythonObjects(mode: String, seed: Int) throws {
    let lines = try PythonPeer.run(mode, seed, Self.count)
    #expect(lines.count == Self.count)
    var saved: [String] = []
    var expected: [Value] = []
    for line in lines {
      let (label, pickle, object) = try parts(line)
      let value = try PickleDecoder().decode(pickle)
      // Encoded, so that the order of entries counts.
      #expect(value.withSortedSets.encoded() == object.encoded(), "\(label)")
      saved.append(hex(try PickleEncoder().encode(value)))
      expected.append(object)
    }
    let loaded = try PythonPeer.run("load", input: saved)
    #expect(loaded.count == Self.count)
    for (line, object) in zip(loaded, expected) {
      #expect(try Value(decoding: hex(line)).encoded() == object.encoded())
    }
  }

  @Test(
    "What this module writes comes back from Python in every protocol", .timeLimit(.minutes(1)),
    arguments: 0..<4)
  func resaved(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let values = (0..<Self.count).map { _ in Value.plain(depth: 4, using: &generator) }
    let lines = try PythonPeer.run(
      "resave", seed, input: values.map { hex(try PickleEncoder().encode($0)) })
    #expect(lines.count == values.count)
    for (line, value) in zip(lines, values) {
      let decoded = try PickleDecoder().decode(hex(line))
      #expect(decoded.withSortedSets.encoded() == value.withSortedSets.encoded())
    }
  }

  @Test(
    "What is read of damaged pickles is what Python makes of them", .timeLimit(.minutes(1)),
    arguments: ["generate", "standard"], 0..<4)
  func damaged(mode: String, seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    // The longest would only be damaged where nothing comes of it.
    let longest = mode == "standard" ? 400 : 5000
    let pickles = try PythonPeer.run(mode, seed + 100, 90).map { try parts($0).pickle }
      .filter { $0.count < longest }
      // Pythons do not agree on a share of which a part is missing.
      .filter { !String(decoding: $0, as: UTF8.self).contains("WindowsPath") }
    let decoder = PickleDecoder(limits: PickleLimits(items: 20_000))
    var read: [(pickle: [UInt8], value: Value)] = []
    for _ in 0..<8000 {
      var bytes = pickles.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        Self.damage(&bytes, using: &generator)
      }
      if let value = try? decoder.decode(bytes) { read.append((bytes, value)) }
    }
    #expect(read.count > (mode == "standard" ? 150 : 500))
    let lines = try PythonPeer.run("judge", input: read.map { hex($0.pickle) })
    #expect(lines.count == read.count)
    for (line, (pickle, value)) in zip(lines, read) {
      let expected = try? Value(
        decoding: hex(line), limits: DecodingLimits(depth: .max, allowsDuplicateKeys: true))
      if expected?.encoded() != value.withSortedSets.encoded() {
        Issue.record("\(value.diagnosticNotation) of \(hex(pickle)) is \(line) to Python")
      }
    }
  }

  /// Changes a byte, takes some away, or puts an opcode in.
  private static func damage(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
    guard let position = bytes.indices.randomElement(using: &generator) else { return }
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
    case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 2:
      let opcodes = Array("(.012NK]}ltdeuasqhpgIFLVSUTCB)".utf8) + Array(0x80...0x98)
      bytes.insert(opcodes.randomElement(using: &generator) ?? 0, at: position)
    default:
      let count = Int.random(in: 1...4, using: &generator)
      bytes.removeSubrange(position..<min(position + count, bytes.count))
    }
  }

  @Test("Pickles that follow one another are read one by one")
  func sequence() throws {
    let lines = try PythonPeer.run("generate", 4, 30)
    let pickles = try lines.map { try parts($0).pickle }
    let joined = pickles.flatMap { $0 }
    try joined.withUnsafeBytes { bytes in
      var offset = 0
      for pickle in pickles {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        let (value, count) = try PickleDecoder().decodeFirst(rest)
        #expect(count == pickle.count)
        #expect(try PickleDecoder().decode(pickle) == value)
        offset += count
      }
    }
  }

  @Test(
    "NumPy's arrays and scalars of every numeric type are read in every protocol",
    .enabled(if: PythonPeer.hasNumPy, "python3 cannot import numpy: python3 -m pip install numpy"),
    .timeLimit(.minutes(1)), arguments: 0..<2)
  func numPy(seed: Int) throws {
    let lines = try PythonPeer.run("numpy", seed)
    #expect(lines.count > 10_000)
    var wrong: [String] = []
    for line in lines {
      let (label, pickle, object) = try parts(line)
      let value = try PickleDecoder(allowsNumPy: true).decode(pickle)
      // An expectation apiece would take most of the time.
      if value.encoded() != object.encoded() { wrong.append(label) }
      if let error = refusal(pickle), error.code == .refused, error.message.contains("numpy") {
        continue
      }
      wrong.append("\(label), not asked for")
    }
    #expect(wrong == [])
  }

  private func refusal(_ pickle: [UInt8]) -> PickleError? {
    do {
      _ = try PickleDecoder().decode(pickle)
      return nil
    } catch {
      return error
    }
  }

  /// A label, a pickle, and CBOR of the object in it.
  private func parts(
    _ line: String
  ) throws -> (label: String, pickle: [UInt8], object: Value) {
    let parts = line.split(separator: " ")
    try #require(parts.count == 3)
    return (String(parts[0]), hex(parts[1]), try Value(decoding: hex(parts[2])))
  }
}

extension Value {
  /// The same with the elements of sets in the order of their encoding: Python's own order is
  /// arbitrary.
  var withSortedSets: Value {
    switch self {
    case .array(let elements): return .array(elements.map(\.withSortedSets))
    case .map(let entries):
      return .map(
        entries.map { Entry(key: $0.key.withSortedSets, value: $0.value.withSortedSets) })
    case .tagged(let tagged) where tagged.tag == 258:
      let elements = (tagged.content.array ?? []).map(\.withSortedSets)
        .map { (element: $0, order: $0.pythonOrder) }
        .sorted { $0.order.lexicographicallyPrecedes($1.order) }
      return .tagged(258, .array(elements.map(\.element)))
    default: return self
    }
  }

  /// The encoding that the script sorts by, in which a float takes 64 bits.
  private var pythonOrder: [UInt8] {
    switch self {
    case .float(let value):
      return [0xfb] + withUnsafeBytes(of: value.bitPattern.bigEndian) { [UInt8]($0) }
    case .tagged(let tagged) where tagged.tag == 43_000:
      // A complex number: the tag, and an array of two floats.
      return [0xd9, 0xa7, 0xf8, 0x82] + (tagged.content.array ?? []).flatMap(\.pythonOrder)
    default: return encoded()
    }
  }
}
