import Testing

@testable import PouchCore

@Suite("The framing length10")
struct Length10Tests {
  /// The object of the tutorial, as protocol 3 writes it.
  static let pickle: [UInt8] =
    [0x80, 0x03] + Array("}q".utf8) + [0x00] + Array("(K".utf8) + [0x01] + Array("X".utf8)
    + [2, 0, 0, 0] + Array("hiq".utf8) + [1] + Array("K".utf8) + [2] + Array("X".utf8)
    + [5, 0, 0, 0] + Array("thereq".utf8) + [2] + Array("u.".utf8)

  static let message = Array("33        ".utf8) + pickle

  /// What comes of a stream that arrives in pieces of `size` bytes.
  static func decode(
    _ stream: [UInt8], piece size: Int, limit: UInt64? = nil
  ) throws(PouchError) -> ([[UInt8]], PouchError?) {
    var buffer = ByteBuffer()
    var decoder = Length10Decoder(limit: limit)
    var objects: [[UInt8]] = []
    var isDue = false
    for start in stride(from: 0, to: stream.count, by: size) {
      buffer.append(Array(stream[start..<min(start + size, stream.count)]))
      while true {
        if !isDue {
          guard try decoder.nextHeader(&buffer) != nil else { break }
          isDue = true
        }
        guard let payload = decoder.takeWhole(&buffer) else { break }
        objects.append(payload.array)
        isDue = false
      }
    }
    return (objects, isDue || decoder.isInsideObject(buffer) ? decoder.truncation(buffer) : nil)
  }

  @Test("a header is the length, left-justified in ten characters")
  func header() throws {
    #expect(try Length10.header(for: 33).array == Array("33        ".utf8))
    #expect(try Length10.header(for: 0).array == Array("0         ".utf8))
    #expect(try Length10.header(for: 9_999_999_999).array == Array("9999999999".utf8))
  }

  @Test("a length that ten digits do not hold is refused")
  func tooLong() {
    let error = #expect(throws: PouchError.self) { try Length10.header(for: 10_000_000_000) }
    #expect(error?.code == .limitExceeded)
  }

  @Test("the tutorial's message is read, in pieces of any size", arguments: 1...44)
  func pieces(_ size: Int) throws {
    let (objects, truncation) = try Self.decode(Self.message, piece: size)
    #expect(objects == [Self.pickle])
    #expect(truncation == nil)
  }

  @Test("several objects in one read are told apart", arguments: [1, 7, 16, 1000])
  func several(_ size: Int) throws {
    let empty = Array("0         ".utf8)
    let stream = Self.message + empty + Self.message + Array("1         x".utf8)
    let (objects, truncation) = try Self.decode(stream, piece: size)
    #expect(objects == [Self.pickle, [], Self.pickle, [0x78]])
    #expect(truncation == nil)
  }

  @Test("a payload can be taken in pieces, none longer than was asked for")
  func piecewise() throws {
    var buffer = ByteBuffer()
    buffer.append(Self.message + Self.message)
    var decoder = Length10Decoder(limit: nil)
    #expect(try decoder.nextHeader(&buffer) == 33)
    var sizes: [Int] = []
    while let piece = decoder.takePiece(&buffer, longest: 16) { sizes.append(piece.count) }
    #expect(sizes == [16, 16, 1])
    #expect(decoder.remaining == 0)
    #expect(try decoder.nextHeader(&buffer) == 33)
  }

  @Test("a stream that ends at any byte inside an object is truncated, and at a boundary is not")
  func truncated() throws {
    for length in 0...Self.message.count {
      let (objects, truncation) = try Self.decode(Array(Self.message.prefix(length)), piece: 64)
      let isWhole = length == Self.message.count
      #expect(objects.count == (isWhole ? 1 : 0))
      #expect(truncation?.code == (isWhole || length == 0 ? nil : .truncated), "\(length)")
    }
    let (_, inHeader) = try Self.decode(Array("33  ".utf8), piece: 64)
    #expect(inHeader?.message.contains("behind 4 of its 10 bytes") == true)
    let (_, inPayload) = try Self.decode(Array(Self.message.prefix(20)), piece: 3)
    #expect(inPayload?.message.contains("behind 10 of its 33 bytes") == true)
  }

  @Test(
    "what is not a length is refused at its first wrong byte, and the byte is named",
    arguments: [
      ("-1        ", "'-' in place 1, where a digit is due"),
      ("+5        ", "'+' in place 1, where a digit is due"),
      (" 33       ", "' ' in place 1, where a digit is due"),
      ("1_0       ", "'_' in place 2, where a digit or a space is due"),
      ("33 4      ", "'4' in place 4, where a space is due"),
      ("3.5       ", "'.' in place 2, where a digit or a space is due"),
      ("33\t       ", "the byte 0x09 in place 3, where a digit or a space is due"),
      ("33\0       ", "the byte 0x00 in place 3, where a digit or a space is due"),
      ("0x21      ", "'x' in place 2, where a digit or a space is due"),
      ("          ", "' ' in place 1, where a digit is due"),
      ("\u{661}\u{662}      ", "it sent unknown bytes (d9 a1 d9 a2"),
      ("thirty    ", "it sent text"),
      ("GET / HTTP", "it sent HTTP"),
      ("SSH-2.0-Op", "it sent an SSH banner"),
    ])
  func wrong(_ header: String, _ words: String) {
    var first: PouchError?
    for size in [1, 16] {
      let error = #expect(throws: PouchError.self) {
        try Self.decode(Array((header + "payload").utf8), piece: size)
      }
      if size == 16 { first = error }
      #expect(error?.code == .protocolMismatch)
    }
    #expect(first?.message.contains(words) == true, "\(first?.message ?? "")")
    #expect(first?.hint != nil)
  }

  @Test("Pouch and TLS are recognised where a length is due")
  func foreign() {
    let preface = #expect(throws: PouchError.self) {
      try Self.decode(Preface.bytes.array, piece: 8)
    }
    #expect(preface?.message.contains("the preface of Pouch") == true)
    #expect(preface?.hint == "use the same framing at both ends")
    let record = #expect(throws: PouchError.self) {
      try Self.decode([0x16, 3, 1, 2, 0, 1], piece: 6)
    }
    #expect(record?.message.contains("a TLS record") == true)
    #expect(record?.hint?.contains("tls://") == true)
  }

  @Test("a wrong header behind an object says which one it is")
  func later() {
    let error = #expect(throws: PouchError.self) {
      try Self.decode(Self.message + Array("hello".utf8), piece: 64)
    }
    #expect(error?.code == .badData)
    #expect(error?.objectID == 2)
  }

  @Test(
    "a length beyond the limit is refused before the payload is waited for",
    arguments: [("9999999999", 1_000_000), ("12345678901", 1_000_000), ("34        ", 33)])
  func limit(_ header: String, _ limit: Int) {
    let error = #expect(throws: PouchError.self) {
      try Self.decode(Array(header.utf8), piece: 64, limit: UInt64(limit))
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.hint?.contains("limits.object") == true)
  }

  @Test("leading zeros do not change a length")
  func leadingZeros() throws {
    let (objects, _) = try Self.decode(Array("0000000003abc".utf8), piece: 5)
    #expect(objects == [Array("abc".utf8)])
  }

  @Test("a peer that speaks it is recognised where Pouch is due")
  func recognised() {
    var buffer = ByteBuffer()
    buffer.append(Self.message)
    let error = #expect(throws: PouchError.self) { try Preface.read(&buffer) }
    #expect(error?.message.contains("a 10-character length header") == true)
    #expect(error?.hint?.contains("length10") == true)
  }
}
