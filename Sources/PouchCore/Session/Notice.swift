internal import CBOR

/// Why a side refuses the connection, the body of a REJECT frame.
package struct Rejection: Sendable, Equatable {
  package var code: String
  package var text: String

  package init(code: String, text: String) {
    self.code = code
    self.text = text
  }

  package init(reading body: Bytes) throws(PouchError) {
    let map = try WireMap(reading: body, what: "reasons of a REJECT")
    code = try map.text("code") ?? "protocol"
    text = try map.text("text") ?? ""
  }

  package func encoded() -> [UInt8] {
    CBOR.Value.textMap([("code", .text(code)), ("text", .text(text))]).encoded()
  }

  /// The error that the refused side reports.
  package var error: PouchError {
    let kind: PouchError.Code =
      switch code {
      case "version", "role", "pipeline", "protocol", "format": .protocolMismatch
      case "identity": .security
      case "limit": .limitExceeded
      case "busy", "closing": .unreachable
      default: .rejected
      }
    return PouchError(kind, "the peer refused the connection", cause: "\(text) (\(code))")
  }

  /// What to tell the peer about an error of this side's.
  package init(_ error: PouchError) {
    let code =
      switch error.code {
      case .limitExceeded: "limit"
      case .security: "identity"
      default: "protocol"
      }
    self.init(code: code, text: error.message)
  }
}

/// Why one object was refused, the body of a NACK frame.
public struct Refusal: Sendable, Hashable, Error {
  /// `processing`, `format`, `too-large`, `storage`, `refused`, `incomplete`, or another word.
  public var code: String
  /// Whether sending the object again can help.
  public var isRetryable: Bool
  /// The reason, for people. It travels to the peer: nothing secret belongs in it.
  public var text: String

  public init(code: String, isRetryable: Bool = false, text: String) {
    self.code = code
    self.isRetryable = isRetryable
    self.text = text
  }

  package init(reading body: Bytes) throws(PouchError) {
    let map = try WireMap(reading: body, what: "reasons of a NACK")
    code = try map.text("code") ?? "refused"
    isRetryable = try map.boolean("retryable") ?? false
    text = try map.text("text") ?? ""
  }

  package func encoded() -> [UInt8] {
    CBOR.Value.textMap([
      ("code", .text(code)), ("retryable", .boolean(isRetryable)), ("text", .text(text)),
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
    code = try map.text("code") ?? "done"
    text = try map.text("text")
  }

  package func encoded() -> [UInt8] {
    var fields: [(String, CBOR.Value)] = [("last", .unsigned(last)), ("code", .text(code))]
    if let text { fields.append(("text", .text(text))) }
    return CBOR.Value.textMap(fields).encoded()
  }
}
