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

  /// The line with its end, and what it does not say of the object.
  ///
  /// - Throws: `.badData` for what is not in the object's format, or what the line cannot hold when
  ///   that is not enough.
  func line(
    _ delivery: StreamedDelivery, _ gathered: Bytes
  ) throws(PouchError) -> (line: Bytes, losses: String?) {
    let (line, lost) = try line(delivery, of: delivery.object(in: gathered))
    let losses = [lost, delivery.attachmentsLeftOut].compactMap { $0 }
      .joined(separator: "; ")
    if losses.isEmpty { return (line, nil) }
    if isStrict { throw PouchError(.badData, "JSON cannot hold the object: \(losses)") }
    return (line, losses)
  }

  private func line(
    _ delivery: StreamedDelivery, of payload: Bytes
  ) throws(PouchError) -> (line: Bytes, losses: String?) {
    if form == .diagnostic, delivery.format == .raw {
      return (Bytes(utf8: Value.bytes(payload.array).diagnosticNotation + "\n"), nil)
    }
    let value: Value
    do throws(PouchError) {
      value = try delivery.value(of: payload)
    } catch {
      // Whoever tells of it names the object.
      throw PouchError(error.code, error.message, cause: error.cause)
    }
    if form == .diagnostic { return (Bytes(utf8: value.diagnosticNotation + "\n"), nil) }
    // What came as JSON is written as it came.
    if delivery.format == .json { return (Self.oneLine(payload), nil) }
    let json = value.json()
    return (Bytes(utf8: json.text + "\n"), Self.describe(json))
  }

  private static func describe(_ json: JSONText) -> String? {
    guard !json.losses.isEmpty else { return nil }
    var parts = json.losses.prefix(mostNamed).map { loss in
      let text = loss.description
      return text.count <= longestLoss ? text : "\(text.prefix(longestLoss))…"
    }
    let rest = json.lossCount - parts.count
    if rest > 0 { parts.append("and \(rest) more") }
    return parts.joined(separator: "; ")
  }

  /// Replaces the line breaks between tokens, the only place where JSON has them, and ends the
  /// line.
  private static func oneLine(_ text: Bytes) -> Bytes {
    var line = text.array
    for index in line.indices where line[index] == 0x0a || line[index] == 0x0d {
      line[index] = 0x20
    }
    line.append(0x0a)
    return Bytes(line)
  }
}
