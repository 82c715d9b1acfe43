internal import Glibc
internal import PouchCore

/// Reads an input line by line, each as soon as it is there.
struct LineReader: Sendable {
  /// A line without its end.
  struct Line: Sendable {
    /// Counted from 1.
    let number: Int
    /// How many bytes were read for it.
    let length: Int
    /// Where it is no longer than it may be.
    fileprivate let bytes: Result<Bytes, PouchError>

    /// - Throws: `.limitExceeded` for a line that is too long, and was passed over.
    func content() throws(PouchError) -> Bytes { try bytes.get() }
  }

  /// How much is asked for at once.
  private static let block = 64 << 10

  private var reader: InputReader
  private let longest: Int
  /// What was read and not taken yet.
  private var ahead = Bytes()
  private var number = 0

  /// - Parameter longest: The most bytes of a line.
  init(_ reader: InputReader, longest: Int) {
    self.reader = reader
    self.longest = longest
  }

  /// The next line; nil at the end. What follows the last line break is a line if there is
  /// anything.
  ///
  /// - Throws: As `InputReader.next`.
  mutating func next() async throws(PouchError) -> Line? {
    // The beginning of a line that goes on.
    var begun: [UInt8] = []
    var length = 0
    while true {
      if let end = ahead.lineEnd {
        let piece = ahead.prefix(end)
        ahead = ahead.dropFirst(end + 1)
        if length == 0 { return line(piece, end) }
        length += end
        if length <= longest { piece.withUnsafeBytes { begun.append(contentsOf: $0) } }
        return line(Bytes(begun), length)
      }
      length += ahead.count
      if length <= longest { ahead.withUnsafeBytes { begun.append(contentsOf: $0) } }
      ahead = try await reader.available(Self.block)
      if ahead.isEmpty { return length > 0 ? line(Bytes(begun), length) : nil }
    }
  }

  private mutating func line(_ content: Bytes, _ length: Int) -> Line {
    number += 1
    guard length <= longest else {
      let error = PouchError(
        .limitExceeded, "the line has \(HumanText.size(UInt64(length)))",
        hint: "raise limits.object, \(HumanText.size(UInt64(longest))), or shorten the line")
      return Line(number: number, length: length, bytes: .failure(error))
    }
    return Line(number: number, length: length, bytes: .success(content))
  }
}

extension Bytes {
  /// Where the first line feed stands.
  fileprivate var lineEnd: Int? {
    withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, let found = memchr(start, 0x0a, bytes.count) else {
        return nil
      }
      return UnsafeRawPointer(found) - start
    }
  }
}
