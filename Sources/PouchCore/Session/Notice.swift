internal import CBOR

/// What REJECT, NACK and CLOSE have in common.
enum Notice {
  /// The most bytes of a text for people; writers cut there, and readers keep no more.
  static let longestText = 1024
  /// The most bytes of a code that are kept: those of this protocol are words.
  static let longestCode = 64
}

extension String {
  /// The beginning that takes at most `limit` bytes in UTF-8, without a part of a character.
  func cut(to limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var end = utf8.index(startIndex, offsetBy: limit)
    while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
    return String(self[..<end])
  }
}

/// Why a side refuses the connection, the body of a REJECT frame.
package struct Rejection: Sendable, Equatable {
  /// Why, for programs (docs/wire.md, section 4).
  package struct Code: RawRepresentable, Sendable, Hashable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let version = Code(rawValue: "version")
    package static let role = Code(rawValue: "role")
    package static let pipeline = Code(rawValue: "pipeline")
    package static let format = Code(rawValue: "format")
    package static let limit = Code(rawValue: "limit")
    package static let identity = Code(rawValue: "identity")
    package static let busy = Code(rawValue: "busy")
    package static let closing = Code(rawValue: "closing")
    package static let `protocol` = Code(rawValue: "protocol")
  }

  package var code: Code
  package var text: String

  package init(code: Code, text: String) {
    self.code = code
    self.text = text
  }

  package init(reading body: Bytes) throws(PouchError) {
    let map = try WireMap(reading: body, what: "reasons of a REJECT")
    code = Code(rawValue: try map.required("code", map.text("code")).cut(to: Notice.longestCode))
    text = try map.required("text", map.text("text")).cut(to: Notice.longestText)
  }

  package func encoded() -> [UInt8] {
    CBOR.Value.textMap([
      ("code", .text(code.rawValue)), ("text", .text(text.cut(to: Notice.longestText))),
    ]).encoded()
  }

  /// The error that the refused side reports. It is never answered: who reads it closes.
  package var error: PouchError {
    let (kind, message, hint): (PouchError.Code, String, String?) =
      switch code {
      case .busy:
        (
          .unreachable, "the peer has as many connections as it takes",
          "try again later, or raise limits.connections at the peer"
        )
      case .closing: (.unreachable, "the peer is about to stop", "try again when it is back")
      case .identity: (.security, "the peer refused the connection", nil)
      case .limit: (.limitExceeded, "the peer refused the connection", nil)
      default: (.protocolMismatch, "the peer refused the connection", nil)
      }
    return PouchError(kind, message, hint: hint, cause: "\(text) (\(code.rawValue))")
      .answered(by: .silence)
  }

  /// What to tell the peer about an error of this side's; nil when that is nothing.
  package init?(_ error: PouchError) {
    switch (error.answer, error.code) {
    case (.silence, _), (nil, .connectionLost), (nil, .truncated): return nil
    case (.reject(let code), _): self.init(code: code, text: error.message)
    case (nil, .limitExceeded): self.init(code: .limit, text: error.message)
    case (nil, .security): self.init(code: .identity, text: error.message)
    case (nil, _): self.init(code: .protocol, text: error.message)
    }
  }
}

extension PouchError {
  /// The same error, which says with what code the peer is told of it, where it is.
  package var answered: PouchError {
    guard let rejection = Rejection(self) else { return self }
    return answered(by: .reject(rejection.code))
  }

  /// Whether the peer broke the protocol.
  package var isOfProtocol: Bool {
    switch answer {
    case .reject(let code): code != .busy && code != .closing && code != .identity
    // A REJECT that cannot be read.
    case .silence: self.code == .badData
    case nil: false
    }
  }
}

/// Why one object was refused, the body of a NACK frame.
public struct Refusal: Sendable, Hashable, Error {
  /// `processing`, `format`, `too-large`, `storage`, `refused`, `incomplete`, or another word.
  public var code: String
  /// Whether sending the object again can help.
  public var isRetryable: Bool
  /// The reason, for people. It travels to the peer, its first 1,024 bytes of UTF-8 do: nothing
  /// secret belongs in it.
  public var text: String

  public init(code: String, isRetryable: Bool = false, text: String) {
    self.code = code
    self.isRetryable = isRetryable
    self.text = text
  }

  package init(reading body: Bytes) throws(PouchError) {
    let map = try WireMap(reading: body, what: "reasons of a NACK")
    code = try map.required("code", map.text("code")).cut(to: Notice.longestCode)
    isRetryable = try map.required("retryable", map.boolean("retryable"))
    text = try map.required("text", map.text("text")).cut(to: Notice.longestText)
  }

  package func encoded() -> [UInt8] {
    CBOR.Value.textMap([
      ("code", .text(code.cut(to: Notice.longestCode))), ("retryable", .boolean(isRetryable)),
      ("text", .text(text.cut(to: Notice.longestText))),
    ]).encoded()
  }
}

/// The body of a CLOSE frame.
package struct Closing: Sendable, Equatable {
  package var last: UInt64
  package var code: String
  package var text: String?

  package init(last: UInt64, code: String, text: String? = nil) {
    self.last = last
    self.code = code
    self.text = text
  }

  package init(reading body: Bytes) throws(PouchError) {
    let map = try WireMap(reading: body, what: "fields of a CLOSE")
    last = try map.required("last", map.unsigned("last"))
    code = try map.required("code", map.text("code")).cut(to: Notice.longestCode)
    text = try map.text("text")?.cut(to: Notice.longestText)
  }

  package func encoded() -> [UInt8] {
    var fields: [(String, CBOR.Value)] = [("last", .unsigned(last)), ("code", .text(code))]
    if let text { fields.append(("text", .text(text.cut(to: Notice.longestText)))) }
    return CBOR.Value.textMap(fields).encoded()
  }
}
