import CBOR
import Synchronization
import Testing

@Suite struct DepthTests {
  @Test(
    "Deep values are decoded, compared, hashed, printed and released on a small stack",
    .timeLimit(.minutes(1)), arguments: [512, 100_000], ["81", "a100", "c6", "9f"])
  func smallStack(depth: Int, opening: String) throws {
    let closing = opening == "9f" ? [UInt8](repeating: 0xff, count: depth) : []
    let bytes = [UInt8](repeatElement(hex(opening), count: depth).joined()) + [0] + closing
    let survived = Mutex(false)
    onSmallStack {
      let limits = DecodingLimits(depth: depth)
      guard let value = try? Value(decoding: bytes, limits: limits),
        let other = try? Value(diagnostic: value.diagnosticNotation, limits: limits)
      else { return }
      let isSame = value == other && value.hashValue == other.hashValue
      let again = value.encoded(deterministic: true)
      survived.withLock { $0 = isSame && (opening == "9f" || again == bytes) }
    }
    #expect(survived.withLock { $0 })
  }

  @Test("A deep value that others still hold is left whole") func sharedRelease() throws {
    var value: Value = 1
    for _ in 0..<1000 { value = [value, 2] }
    let kept = try #require(value.array?[0].array?[0])
    value = .null
    var depth = 0
    var inner = kept
    while case .array(let elements) = inner {
      #expect(elements.count == 2)
      inner = elements[0]
      depth += 1
    }
    #expect(depth == 998)
    #expect(inner == 1)
  }
}
