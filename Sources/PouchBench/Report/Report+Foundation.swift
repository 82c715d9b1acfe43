internal import FoundationEssentials
package import PouchCore

extension Report {
  /// The report as JSON text, its members in alphabetical order.
  package func json() throws(PouchError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw PouchError(.internal, "the report cannot be written as JSON", cause: "\(error)")
    }
  }

  /// Reads what `json()` wrote, and what later versions may add to it.
  ///
  /// - Parameter name: What it is called in errors.
  /// - Throws: `.badData` for anything else.
  package init(json bytes: [UInt8], name: String) throws(PouchError) {
    struct Head: Decodable {
      var kind: String
      var version: Int
    }
    let decoder = JSONDecoder()
    let data = Data(bytes)
    do {
      let head = try decoder.decode(Head.self, from: data)
      guard head.kind == Report.kind, head.version == Report.version else {
        throw PouchError(
          .badData, "'\(name)' is version \(head.version) of '\(head.kind.prefix(40))'",
          hint: "this program reads version \(Report.version) of '\(Report.kind)'")
      }
      self = try decoder.decode(Report.self, from: data)
    } catch let error as PouchError {
      throw error
    } catch {
      throw PouchError(
        .badData, "'\(name)' is not a report of pouch-bench",
        hint: "write one with: pouch-bench --json FILE", cause: Report.reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let context: DecodingError.Context
    switch error {
    case .keyNotFound(let key, let found):
      return "'\(key.stringValue)' is missing" + place(found.codingPath)
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
      context = found
    @unknown default: return "\(error)"
    }
    return context.debugDescription + place(context.codingPath)
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "" : " at " + path.map(\.stringValue).joined(separator: ".")
  }

  /// The present moment, RFC 3339 in UTC to the second.
  static func now() -> String { Date.now.formatted(.iso8601) }
}
