import Foundation
import PouchCore

/// docs/wire-vectors.json: values of docs/wire.md for peers in any language. They are made with the
/// Python peer, not with the code that they test.
struct WireVectors: Decodable, Sendable {
  struct Checksum: Decodable, Sendable {
    var hex: String
    var crc: String
  }

  struct Header: Decodable, Sendable {
    var name: String
    var hex: String
    var length: UInt32
    var kind: UInt8
    var flags: UInt8
    var stages: UInt8
    var first: UInt64
    var count: UInt32
  }

  struct Entries: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
      var format: String
      var more: Bool
      var payload: String
      var attributes: String?
    }

    var name: String
    var count: Int
    var hex: String
    var entries: [Entry]
  }

  struct Acknowledgement: Decodable, Sendable {
    var name: String
    var hex: String
    var level: UInt8
    var upTo: UInt64
    var ranges: [[UInt64]]
  }

  struct HandshakeBody: Decodable, Sendable {
    var name: String
    var kind: UInt8
    var hex: String
    var map: String?
  }

  /// Bytes that a reader has to refuse.
  struct Wrong: Decodable, Sendable {
    var name: String
    var hex: String
    var count: Int?
  }

  struct Session: Decodable, Sendable {
    struct Step: Decodable, Sendable {
      var from: String
      var what: String
      /// Of the preface.
      var bytes: String?
      var header: String?
      var body: String?
      /// The body before the stages.
      var decoded: String?
    }

    var name: String
    var sender: String
    var acknowledge: String
    var key: String?
    var steps: [Step]
  }

  var preface: String
  var crc32c: [Checksum]
  var headers: [Header]
  var wrongHeaders: [Wrong]
  var entries: [Entries]
  var wrongEntries: [Wrong]
  var acknowledgements: [Acknowledgement]
  var wrongAcknowledgements: [Wrong]
  var handshakeBodies: [HandshakeBody]
  var wrongHandshakeBodies: [HandshakeBody]
  var sessions: [Session]

  /// What the file holds.
  static let shared: WireVectors = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/wire-vectors.json")
    do {
      return try JSONDecoder().decode(WireVectors.self, from: Data(contentsOf: file))
    } catch {
      fatalError("docs/wire-vectors.json: \(error)")
    }
  }()

  static func header(_ name: String) -> [UInt8] { bytes(shared.headers, \.name, \.hex, name) }
  static func entry(_ name: String) -> [UInt8] { bytes(shared.entries, \.name, \.hex, name) }
  static func acknowledgement(_ name: String) -> [UInt8] {
    bytes(shared.acknowledgements, \.name, \.hex, name)
  }

  private static func bytes<Row>(
    _ rows: [Row], _ key: (Row) -> String, _ hex: (Row) -> String, _ name: String
  ) -> [UInt8] {
    guard let row = rows.first(where: { key($0) == name }) else {
      fatalError("docs/wire-vectors.json has no '\(name)'")
    }
    return [UInt8](hex: hex(row))
  }
}

extension [UInt8] {
  /// The bytes that pairs of hexadecimal digits say.
  init(hex: String) {
    let digits = Array<Character>(hex)
    self = stride(from: 0, to: digits.count, by: 2).map { at in
      guard let byte = UInt8(String(digits[at..<at + 2]), radix: 16) else {
        fatalError("'\(hex)' is not hexadecimal")
      }
      return byte
    }
  }
}
