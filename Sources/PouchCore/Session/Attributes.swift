internal import CBOR

/// What travels beside an object's payload (docs/wire.md, section 5).
public struct Attributes: Sendable, Hashable {
  /// A name for the object, such as a file's. It comes from the peer: treat it as a label, never
  /// as a path.
  ///
  /// The name of a file is bytes. One that is not UTF-8 has, for each byte that is none, two of the
  /// noncharacters U+FDD0 to U+FDEF (its upper four bits counted from the first of them, its lower
  /// four from U+FDE0), and travels as bytes.
  public var name: String?
  /// The content type (RFC 6838), such as `text/plain`.
  public var contentType: String?
  /// The object's total length in bytes, when it was known before it was sent.
  public var size: UInt64?
  /// The sender's own headers.
  public var headers: [String: String]
  /// When the object is of no use any more: milliseconds since 1970.
  public var deadline: UInt64?
  /// W3C trace context (`traceparent`).
  public var trace: String?
  /// SHA-256 of the whole object, when it was known before it was sent.
  public var digest: [UInt8]?
  /// The lengths of the object's attachments in bytes: its last bytes, in this order.
  ///
  /// A sender that has them in memory leaves this to `send(_:attachments:)`. One that streams an
  /// object says them here, with `size`. On arrival a `Delivery` has them cut off already.
  public var attachments: [UInt64]

  /// Where a chunk begins; nil on a whole object and on the first chunk.
  package var offset: UInt64?
  /// An attribute that came with `offset`, which has to be alone: the rest stands on the first chunk.
  package private(set) var besideOffset: String?

  public init(
    name: String? = nil, contentType: String? = nil, size: UInt64? = nil,
    headers: [String: String] = [:], deadline: UInt64? = nil, trace: String? = nil,
    digest: [UInt8]? = nil, attachments: [UInt64] = []
  ) {
    self.name = name
    self.contentType = contentType
    self.size = size
    self.headers = headers
    self.deadline = deadline
    self.trace = trace
    self.digest = digest
    self.attachments = attachments
  }

  /// Whether there is nothing to say.
  package var isEmpty: Bool {
    name == nil && contentType == nil && size == nil && headers.isEmpty && deadline == nil
      && trace == nil && digest == nil && offset == nil && attachments.isEmpty
  }

  /// Nothing at all.
  public static let none = Attributes()
}

extension Attributes {
  /// The CBOR map that travels; nil when there is nothing to say.
  ///
  /// - Throws: `.limitExceeded` when it has more than 65,535 bytes.
  package func encoded() throws(PouchError) -> Bytes? {
    var fields: [(String, CBOR.Value)] = []
    if let name {
      let bytes = SystemText.bytes(name)
      let text = String(validating: bytes, as: UTF8.self)
      fields.append(("name", text.map { .text($0) } ?? .bytes(bytes)))
    }
    if let contentType { fields.append(("type", .text(contentType))) }
    if let size { fields.append(("size", .unsigned(size))) }
    if let offset { fields.append(("offset", .unsigned(offset))) }
    if !headers.isEmpty {
      let pairs = headers.sorted { $0.key < $1.key }.map { ($0.key, CBOR.Value.text($0.value)) }
      fields.append(("headers", .textMap(pairs)))
    }
    if let deadline { fields.append(("deadline", .unsigned(deadline))) }
    if let trace { fields.append(("trace", .text(trace))) }
    if let digest { fields.append(("digest", .bytes(digest))) }
    if !attachments.isEmpty {
      fields.append(("attachments", .array(attachments.map { .unsigned($0) })))
    }
    guard !fields.isEmpty else { return nil }
    let encoded = Bytes(CBOR.Value.textMap(fields).encoded())
    guard encoded.count <= Entry.longestAttributes else {
      throw PouchError(
        .limitExceeded, "the attributes take \(encoded.count) bytes; the limit is 65535",
        hint: "move large headers into the object")
    }
    return encoded
  }

  /// Every attribute but `offset`.
  private static let keys = [
    "name", "type", "size", "headers", "deadline", "trace", "digest", "attachments",
  ]

  /// Reads the CBOR map that travels. Unknown keys are ignored.
  ///
  /// - Throws: `.badData` when it is not a map, or a known key has the wrong type.
  package init(reading bytes: Bytes) throws(PouchError) {
    self.init()
    let map = try WireMap(reading: bytes, what: "attributes")
    name = try map.name("name")
    contentType = try map.text("type")
    size = try map.unsigned("size")
    offset = try map.unsigned("offset")
    deadline = try map.unsigned("deadline")
    trace = try map.text("trace")
    digest = try map.bytes("digest")
    attachments = try Attributes.lengths(map.array("attachments"))
    if let headers = try map.map("headers") { self.headers = try headers.allText() }
    if let digest, digest.count != 32 {
      throw PouchError(.badData, "'digest' in the attributes has \(digest.count) bytes, not 32")
    }
    if offset != nil { besideOffset = Attributes.keys.first { map[$0] != nil } }
  }
}
