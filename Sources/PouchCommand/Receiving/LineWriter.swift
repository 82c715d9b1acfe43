internal import CBOR
internal import Pouch
internal import PouchConfiguration
internal import PouchCore

/// Makes one line of text of an object.
struct LineWriter: Sendable {
  let form: OutputSettings.Form
  /// Whether an object that JSON cannot hold whole is refused.
  let isStrict: Bool
  /// The largest object that is held in memory, in bytes.
  let longest: Int

  /// How many losses are named for one object.
  private static let mostNamed = 8
  /// What is longer is cut.
  private static let longestLoss = 160

  init(_ form: OutputSettings.Form, isStrict: Bool, longest: Int) {
    self.form = form
    self.isStrict = isStrict
    self.longest = longest
  }

  /// Refuses what can be no line before any of it has come.
  func admit(_ delivery: StreamedDelivery) throws(Refusal) {
    guard form == .lines, delivery.format == .raw else { return }
    throw Refusal(
      code: "format", text: "this receiver writes values as JSON; the object is raw bytes")
  }

  /// Where a line goes: it is given the text in pieces of some 64 KiB, which are not valid after the
  /// call.
  typealias Output = (UnsafeRawBufferPointer) throws -> Void

  /// Writes the line with its end, a piece at a time, so that it need not be in memory as a whole.
  ///
  /// - Returns: What the line does not say of the object.
  /// - Throws: A `PouchError`, `.badData`, for what is not in the object's format, or what the line
  ///   cannot hold when that is not enough; nothing is written then. What `output` throws.
  func write(
    _ delivery: StreamedDelivery, _ gathered: Bytes, to output: @escaping Output
  ) throws -> String? {
    let payload = delivery.object(in: gathered)
    let account: (losses: [JSONLoss], lossCount: Int)
    do {
      account = try print(delivery, payload, delivery.attachmentsLeftOut, to: output)
      try "\n".utf8.withContiguousStorageIfAvailable { try output(UnsafeRawBufferPointer($0)) }
    } catch let error as CBORError {
      throw PouchError(
        .badData, "the object does not hold a value in the format \(delivery.format)",
        cause: error.description)
    }
    let losses = [Self.describe(account), delivery.attachmentsLeftOut].compactMap { $0 }
    return losses.isEmpty ? nil : losses.joined(separator: "; ")
  }

  /// - Parameter leftOut: What no line says of the object.
  private func print(
    _ delivery: StreamedDelivery, _ payload: Bytes, _ leftOut: String?, to output: @escaping Output
  ) throws -> (losses: [JSONLoss], lossCount: Int) {
    // Neither takes more memory for many items than for few.
    let limits = DecodingLimits(items: .max)
    switch (form, delivery.format) {
    case (.diagnostic, .raw):
      try refuse(leftOut)
      try payload.withUnsafeBytes { try CheckedItem.printDiagnostic(string: $0, to: output) }
    case (.diagnostic, .json):
      try refuse(leftOut)
      try JSONInput.printDiagnostic(payload.array, limits: limits, to: output)
    case (_, .json):
      try JSONInput.check(payload.array, limits: limits)
      try refuse(leftOut)
      // What came as JSON is written as it came.
      try payload.withUnsafeBytes { try JSONInput.printLine($0, to: output) }
    case (_, .cbor):
      return try payload.withUnsafeBytes {
        try print(CheckedItem($0, limits: limits), leftOut, to: output)
      }
    default:
      let value: CBOR.Value
      do throws(PouchError) {
        value = try delivery.value(of: payload)
      } catch {
        // Whoever tells of it names the object.
        throw PouchError(error.code, error.message, cause: error.cause)
      }
      return try value.encoded().withUnsafeBytes {
        try print(
          CheckedItem($0, limits: DecodingLimits(depth: .max, items: .max)), leftOut, to: output)
      }
    }
    return ([], 0)
  }

  private func print(
    _ item: CheckedItem, _ leftOut: String?, to output: @escaping Output
  ) throws -> (losses: [JSONLoss], lossCount: Int) {
    guard form == .lines else {
      try refuse(leftOut)
      try item.printDiagnostic(to: output)
      return ([], 0)
    }
    if isStrict {
      // What is lost is known at the end, and then it must not have been written.
      let account = try item.printJSON { _ in }
      let losses = [Self.describe(account), leftOut].compactMap { $0 }
      try refuse(losses.isEmpty ? nil : losses.joined(separator: "; "))
    }
    return try item.printJSON(to: output)
  }

  /// Refuses an object that the line cannot hold whole, where that is not enough.
  private func refuse(_ losses: String?) throws(PouchError) {
    guard isStrict, let losses else { return }
    throw PouchError(.badData, "JSON cannot hold the object: \(losses)")
  }

  private static func describe(_ account: (losses: [JSONLoss], lossCount: Int)) -> String? {
    guard !account.losses.isEmpty else { return nil }
    var parts = account.losses.prefix(mostNamed).map { loss in
      let text = loss.description
      return text.count <= longestLoss ? text : "\(text.prefix(longestLoss))…"
    }
    let rest = account.lossCount - parts.count
    if rest > 0 { parts.append("and \(rest) more") }
    return parts.joined(separator: "; ")
  }
}
