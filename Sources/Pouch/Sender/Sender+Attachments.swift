public import PouchCore

extension Sender {
  /// Sends a value, serialized as CBOR, and raw buffers beside it, as one object.
  ///
  /// Buffers of more than 16 KiB are sent from where they are, without a copy. The receiver finds
  /// the value in `Delivery.payload` and the buffers, in this order, in `Delivery.attachments`.
  /// `Bytes(elementsOf:)` makes buffers of numbers.
  ///
  /// - Parameters:
  ///   - value: What to send.
  ///   - attachments: At most `Attributes.mostAttachments`.
  ///   - attributes: What travels beside it; `size` and `attachments` are set here.
  /// - Throws: `.badData` when the value cannot be encoded; `.usage` for too many attachments, and
  ///   in the framing length10, which has none; as `send(_:attributes:format:)` otherwise, for the
  ///   object and its attachments together.
  @discardableResult
  public func send(
    _ value: some Encodable, attachments: [Bytes], attributes: Attributes = .none
  ) async throws(PouchError) -> Receipt {
    let encoded = try withEncoded(value) { Bytes(copying: $0) }
    return try await send(
      encoded, attachments: attachments, attributes: attributes, format: .cbor)
  }

  /// Sends bytes and raw buffers beside them as one object; see
  /// `send(_:attachments:attributes:)`.
  @discardableResult
  public func send(
    _ bytes: Bytes, attachments: [Bytes], attributes: Attributes = .none,
    format: ObjectFormat = .raw
  ) async throws(PouchError) -> Receipt {
    var attributes = attributes
    attributes.attachments = attachments.map { UInt64($0.count) }
    guard !attachments.isEmpty else {
      return try await send(bytes, attributes: attributes, format: format)
    }
    attributes.size = attributes.attachments.reduce(UInt64(bytes.count), +)
    try attributes.checkAttachmentsToSend()
    return try await pick().send(
      bytes, attachments: attachments, attributes: attributes, format: format)
  }

  /// Sends raw bytes and buffers beside them as one object; see
  /// `send(_:attachments:attributes:format:)`.
  @discardableResult
  public func send(
    _ bytes: [UInt8], attachments: [Bytes], attributes: Attributes = .none
  ) async throws(PouchError) -> Receipt {
    try await send(Bytes(bytes), attachments: attachments, attributes: attributes)
  }
}

extension Attributes {
  /// Checks attachments before they are announced, and that their object's size is.
  func checkAttachmentsToSend() throws(PouchError) {
    do throws(PouchError) {
      try checkAttachmentsOfChunks()
    } catch {
      throw PouchError(
        .usage, error.message,
        hint: "say the size of the whole object, and at most \(Attributes.mostAttachments)"
          + " attachments within it")
    }
  }
}
