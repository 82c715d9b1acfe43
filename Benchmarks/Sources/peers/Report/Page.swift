import Foundation

/// A page of documentation that keeps a place for what is measured.
struct Page {
  let path: String
  /// What the place is called.
  let marker: String

  private var begin: String { "<!-- \(marker): begin -->" }
  private var end: String { "<!-- \(marker): end -->" }

  /// Puts `content` in the place of what stands between the markers.
  ///
  /// - Throws: When the page cannot be read or written, or has no such place.
  func write(_ content: String) throws {
    let page = try String(contentsOfFile: path, encoding: .utf8)
    guard let from = page.range(of: begin),
      let to = page.range(of: end, range: from.upperBound..<page.endIndex)
    else {
      throw SystemCallError(call: path, reason: "there are no lines '\(begin)' and '\(end)'")
    }
    let replaced =
      page[..<from.upperBound] + "\n\n" + content + "\n\n" + page[to.lowerBound...]
    try String(replaced).write(toFile: path, atomically: true, encoding: .utf8)
  }
}
