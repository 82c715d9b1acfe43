import PouchCore

/// Decides which of the objects that came goes to the handler.
struct Gate: Sendable {
  let largest: Int
  let policy: ReceptionPolicy
  private let formats: ObjectFormatSet

  /// - Parameter largest: The most bytes that an object may have, attachments included.
  init(largest: Int, policy: ReceptionPolicy) {
    self.largest = largest
    self.policy = policy
    formats = policy.formats
  }

  /// Whether nothing is to be said against the object.
  @inline(__always)
  func admits(_ delivery: Delivery) -> Bool {
    let head = delivery.entry.head
    return head.isPlain && head.length <= largest && formats.contains(head.format)
      || objection(to: delivery) == nil
  }

  /// Why the object is refused; nil when it is not.
  @inline(never)
  func objection(to delivery: Delivery) -> Refusal? {
    let count = delivery.whole.count
    if count > largest {
      return Refusal(
        code: "too-large", text: "the object has \(count) bytes; \(largest) is the most")
    }
    if let refusal = policy.refusal(of: delivery.format) { return refusal }
    return delivery.context.box?.fault.map { Refusal(handlerError: $0) }
  }
}
