import PouchCore

/// Attributes behind one reference, and what they make of the payload: most small objects have
/// none, and pay for none.
final class AttributesBox: Sendable {
  let attributes: Attributes
  let attachments: [Bytes]
  /// The object with its attachments; nil without any.
  let whole: Bytes?
  /// Why the object cannot be handed over.
  let fault: PouchError?

  init(_ attributes: Attributes) {
    self.attributes = attributes
    attachments = []
    whole = nil
    fault = nil
  }

  private init(
    _ attributes: Attributes, _ attachments: [Bytes], _ whole: Bytes, _ fault: PouchError?
  ) {
    self.attributes = attributes
    self.attachments = attachments
    self.whole = whole
    self.fault = fault
  }

  /// Cuts the attachments off all of an object's bytes.
  ///
  /// - Returns: The object alone, and the box to keep with it.
  func cut(_ whole: Bytes) -> (own: Bytes, box: AttributesBox) {
    guard !attributes.attachments.isEmpty else { return (whole, self) }
    do throws(PouchError) {
      let (own, attachments) = try attributes.cut(whole)
      return (own, AttributesBox(attributes, attachments, whole, nil))
    } catch {
      return (whole, AttributesBox(attributes, [], whole, error))
    }
  }
}
