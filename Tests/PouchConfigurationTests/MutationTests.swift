import Testing

@testable import PouchConfiguration

/// Broken files of every kind end in errors or a configuration, never in a trap.
@Suite("Broken input", .timeLimit(.minutes(1)))
struct MutationTests {
  private static let seed = """
    version: 1
    connect: [tls://${HOST:-localhost}:7447, "unix:../a.sock"]
    tls: {trust: ../Certs/ca.pem, certificate: '../Certs/sender.pem', key: ../Certs/sender.key}
    pipeline:
      - compress: {algorithm: deflate, level: 1, minimum: 512 B}
      - integrity: &i {algorithm: crc32c}
    limits: {object: 256 MiB, frame: 1.5 MiB}
    timeouts:
      connect: 250 ms
    delivery: {acknowledge: processed, window: 8 MiB, timeout: "30 s"}
    log: {level: info, format: "te\\x78t"}
    """

  private static let pieces: [String] = [
    "${", "}", "$", "{", "[", "]", ":", ": ", "- ", "? ", "\n", "\n  ", "\t", "&a ", "*i", "!x ",
    "'", "\"", "\\", "|", ">", "#", "%", "---\n", "...\n", "~", "null", "\u{0}", "\u{FEFF}",
    "\u{85}", "\u{2028}", "\r", "\u{1F600}", "é", "9999999999999999999", "-1", "0.1", ",", "<<: *i",
  ]

  @Test("a valid file with parts cut, doubled and mixed up", arguments: 0..<24)
  func mutate(_ number: Int) {
    var random = Generator(state: UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1)
    for _ in 0..<50 {
      var text = Array(Self.seed.unicodeScalars)
      for _ in 0...Int.random(in: 0..<6, using: &random) {
        let start = Int.random(in: 0...text.count, using: &random)
        let end = min(text.count, start + Int.random(in: 0..<12, using: &random))
        switch Int.random(in: 0..<3, using: &random) {
        case 0: text.removeSubrange(start..<end)
        case 1:
          let piece = Self.pieces.randomElement(using: &random) ?? ""
          text.insert(contentsOf: piece.unicodeScalars, at: start)
        default:
          let copy = Array(text[start..<end])
          text.insert(contentsOf: copy, at: Int.random(in: 0...text.count, using: &random))
        }
      }
      readBothWays(String(String.UnicodeScalarView(text)))
    }
  }

  @Test("random bytes and random words", arguments: 0..<8)
  func noise(_ number: Int) {
    var random = Generator(state: UInt64(number) &* 0xD134_2543_DE82_EF95 | 1)
    for _ in 0..<60 {
      let bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      readBothWays(String(decoding: bytes, as: UTF8.self))
      let words = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        Self.pieces.randomElement(using: &random) ?? ""
      }
      readBothWays("version: 1\n" + words.joined())
      readBothWays(words.joined())
    }
  }

  @Test("nesting without end, in every way that YAML has")
  func nesting() {
    for count in [31, 40, 900, 100_000] {
      readBothWays("a: " + String(repeating: "[", count: count))
      readBothWays(
        "a: " + String(repeating: "[", count: count) + String(repeating: "]", count: count))
      readBothWays("a: " + String(repeating: "{a: ", count: count))
      readBothWays(String(repeating: "- ", count: count) + "x")
      readBothWays(String(repeating: "? ", count: count) + "x")
    }
  }

  @Test("aliases that unfold to more than there is memory for")
  func bomb() {
    var text = "version: 1\nconnect: unix:@x\na0: &a0 [x, x]\n"
    for level in 1...40 {
      text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
    }
    let message = errors { () throws(ConfigurationErrors) in try sender(text) }
    #expect(message.contains("error: unfolds to more than 10000 values"))
  }

  @Test("a file that is not text, and one that is too large")
  func bytes() throws {
    var files = MemoryFiles()
    files.texts["a.yaml"] = String(repeating: "#", count: ConfigurationReader.largestFile + 1)
    let reader = ConfigurationReader(file: "a.yaml", environment: [:], files: files)
    let message = errors { () throws(ConfigurationErrors) in try reader.sender() }
    #expect(message.hasPrefix("a.yaml: error: the file is larger than 1 MiB\n"))
  }

  @Test("a long line is shown around the place alone")
  func longLine() throws {
    let text =
      "{version: 1, connect: unix:@x, log: {level: loud, " + "format: text}"
      + String(repeating: " ", count: 300) + ", timeouts: {close: soon}"
      + String(repeating: " ", count: 300) + "}"
    let message = errors { () throws(ConfigurationErrors) in try sender(text) }
    let lines = message.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count < 200 })
    let source = try #require(lines.first { $0.contains("{close: soon}") })
    let marks = lines[lines.index(after: lines.firstIndex(of: source) ?? 0)]
    #expect(
      source.distance(
        from: source.startIndex, to: source.firstRange(of: "soon")?.lowerBound ?? source.endIndex)
        == marks.distance(from: marks.startIndex, to: marks.firstIndex(of: "^") ?? marks.endIndex))
    #expect(marks.hasSuffix(" ^~~~"))
  }

  /// Reads a text as a file of either role and as a value, and renders what is wrong with it.
  private func readBothWays(_ text: String) {
    let environment = ["HOST": "x"]
    _ = errors { () throws(ConfigurationErrors) in try sender(text, environment: environment) }
    _ = errors { () throws(ConfigurationErrors) in try receiver(text, environment: environment) }
    _ = errors { () throws(ConfigurationErrors) in
      try sender("version: 1\n", set: [text, "pipeline=" + text, "tls=" + text])
    }
  }
}

/// A small generator with a seed, so that what fails can be repeated (splitmix64).
private struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
