internal import Glibc
internal import PouchCore

/// Reads an input line by line, each as soon as it is there.
struct LineReader: Sendable {
  /// A line without its end, which is a line feed with or without a carriage return before it.
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

  /// The beginning of a line whose end was not there yet.
  struct Unfinished: Sendable {
    let number: Int
    /// In bytes.
    let length: Int
  }

  /// How much is asked for at once.
  private static let block = 64 << 10

  private var reader: InputReader
  private let longest: Int
  /// What was read and not taken yet.
  private var ahead = Bytes()
  private var number = 0
  /// What a file that grows had behind its last line, once that is known.
  private(set) var unfinished: Unfinished?

  /// - Parameter longest: The most bytes of a line.
  init(_ reader: InputReader, longest: Int) {
    self.reader = reader
    self.longest = longest
  }

  /// The next line; nil at the end. What follows the last line break is a line if there is
  /// anything, unless the file grows: then it is not complete.
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
        if length == 0 { return line(piece.withoutReturn, end) }
        keep(piece, &begun, length)
        return line(Bytes(begun).withoutReturn, length + end)
      }
      keep(ahead, &begun, length)
      length += ahead.count
      ahead = try await reader.next(Self.block)
      guard ahead.isEmpty else { continue }
      if length > 0, reader.hasGrown {
        unfinished = Unfinished(number: number + 1, length: length)
        return nil
      }
      return length > 0 ? line(Bytes(begun), length) : nil
    }
  }

  /// Adds to the beginning of a line what can still be of use.
  private func keep(_ piece: Bytes, _ begun: inout [UInt8], _ length: Int) {
    // With the return that belongs to the line's end.
    guard begun.count == length, length + piece.count <= longest + 1 else { return }
    piece.withUnsafeBytes { begun.append(contentsOf: $0) }
  }

  /// - Parameters:
  ///   - content: The line, or less of it when it is too long.
  ///   - length: How many bytes stand before its end.
  private mutating func line(_ content: Bytes, _ length: Int) -> Line {
    number += 1
    guard content.count >= length - 1, content.count <= longest else {
      let error = PouchError(
        .limitExceeded, "the line has \(HumanText.size(UInt64(length)))",
        hint: "raise limits.object, \(HumanText.size(UInt64(longest))), or shorten the line")
      return Line(number: number, length: length, bytes: .failure(error))
    }
    return Line(number: number, length: length, bytes: .success(content))
  }
}

extension Bytes {
  /// The bytes without the carriage return of a line that ends as in CRLF text.
  fileprivate var withoutReturn: Bytes {
    let ends = withUnsafeBytes { $0.last == 0x0d }
    return ends ? dropLast(1) : self
  }

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
