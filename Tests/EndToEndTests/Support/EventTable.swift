import Foundation
import Testing

/// What docs/events.md promises of the events of a command.
struct EventTable: Sendable {
  struct Row: Sendable {
    /// Members that every such event has.
    var required: Set<String>
    /// Those that some have.
    var optional: Set<String>
  }

  private let rows: [String: Row]

  /// - Parameter command: `sender` or `receiver`.
  init(of command: String) throws {
    let page = try String(contentsOfFile: Repository.path("docs/events.md"), encoding: .utf8)
    var rows: [String: Row] = [:]
    for line in page.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.dropFirst().split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count >= 5, let name = Self.words(cells[0]).first else { continue }
      let audience = cells[1].trimmingCharacters(in: .whitespaces)
      guard audience == "both" || audience == command else { continue }
      rows[name] = Row(
        required: Set(Self.words(cells[3])).union(["event", "v", "time"]),
        optional: Set(Self.words(cells[4])))
    }
    self.rows = rows
  }

  /// The words in backquotes, without those in parentheses, which are about a member.
  private static func words(_ cell: Substring) -> [String] {
    let text = cell.replacing(#/\([^)]*\)/#, with: "")
    return text.matches(of: #/`([a-z-]+)`/#).map { String($0.output.1) }
  }

  /// The events on `lines`, each of which is held against the table.
  func events(
    _ lines: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [[String: any Sendable]] {
    var events: [[String: any Sendable]] = []
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let event = try #require(object as? [String: any Sendable], sourceLocation: sourceLocation)
      let name = event["event"] as? String ?? ""
      let row = try #require(rows[name], "'\(name)' is not in the table")
      let members = Set(event.keys)
      #expect(
        members.isSuperset(of: row.required), "\(name) lacks \(row.required.subtracting(members))",
        sourceLocation: sourceLocation)
      let unknown = members.subtracting(row.required).subtracting(row.optional)
      #expect(unknown.isEmpty, "\(name) has \(unknown)", sourceLocation: sourceLocation)
      events.append(event)
    }
    return events
  }
}

extension [String: any Sendable] {
  /// The event's name.
  var name: String { self["event"] as? String ?? "" }
  func number(_ member: String) -> Int? { self[member] as? Int }
  func text(_ member: String) -> String? { self[member] as? String }
}

extension [[String: any Sendable]] {
  func named(_ name: String) -> [[String: any Sendable]] { filter { $0.name == name } }
}
