internal import CBOR
internal import Pickle
internal import Pouch
internal import PouchConfiguration
internal import PouchCore

/// Makes objects of what inputs hold.
struct ObjectMaker: Sendable {
  private let settings: InputSettings
  private let framing: Framing

  /// What is longer than this is converted on a thread that may take its time.
  private static let long = 64 << 10

  init(_ settings: InputSettings, _ framing: Framing) {
    self.settings = settings
    self.framing = framing
  }

  /// Whether an input is an object as it is.
  var passes: Bool { settings.format == .raw || settings.format == .pickle }

  /// The format of an object that passes as it is.
  var asIs: ObjectFormat {
    settings.format == .pickle || framing == .length10 ? .pickle : .raw
  }

  /// Whether there is nothing on a line.
  func isBlank(_ line: Bytes) -> Bool {
    if settings.format == .raw { return line.isEmpty }
    return line.withUnsafeBytes { $0.allSatisfy { [0x20, 0x09, 0x0d].contains($0) } }
  }

  /// The object that `content` stands for.
  ///
  /// - Parameter label: Where it comes from.
  /// - Throws: `.badData` that names `label` and the byte, for what is not in the input's format
  ///   or cannot be sent.
  func make(
    _ content: Bytes, _ label: String
  ) async throws(PouchError) -> (Bytes, ObjectFormat) {
    if passes { return (content, asIs) }
    try checkEncoding(content, label)
    let content = settings.format == .cbor ? content : content.withoutByteOrderMark
    guard content.count > Self.long else { return try convert(content, label) }
    do {
      return try await blocking { try convert(content, label) }
    } catch {
      throw error as? PouchError ?? PouchError(.internal, "\(error)")
    }
  }

  /// Refuses text of an encoding that is not read, before it makes other errors.
  ///
  /// - Throws: `.badData`.
  func checkEncoding(_ text: Bytes, _ label: String) throws(PouchError) {
    let encoding: TextEncoding? =
      switch settings.format {
      case .json, .diagnostic: text.withUnsafeBytes { TextEncoding(of: $0) }
      // Bytes of any kind, unless they are to be lines.
      case .raw: settings.isEachLine ? text.byteOrderMark : nil
      case .cbor, .pickle: nil
      }
    guard let encoding, encoding != .utf8 else { return }
    throw PouchError(
      .badData, "'\(label)' is text in \(encoding.rawValue), and UTF-8 is read",
      hint: "convert it: iconv -f \(encoding.rawValue) -t UTF-8")
  }

  private func convert(
    _ content: Bytes, _ label: String
  ) throws(PouchError) -> (Bytes, ObjectFormat) {
    let value: CBOR.Value
    // An input is no stranger's: it may take as much memory as it needs.
    let limits = DecodingLimits(items: .max, expansion: .max)
    do throws(CBORError) {
      switch settings.format {
      case .raw, .pickle: return (content, asIs)
      case .json where settings.isText && framing != .length10:
        try JSONInput.check(content.array, limits: limits)
        return (content, .json)
      case .cbor where framing != .length10:
        try content.withUnsafeBytes { bytes throws(CBORError) in
          _ = try CheckedItem(bytes, limits: limits)
        }
        return (content, .cbor)
      case .json: value = try Value(json: content.array, limits: limits)
      case .cbor:
        value = try content.withUnsafeBytes { bytes throws(CBORError) in
          try Value(decoding: bytes, limits: limits)
        }
      case .diagnostic:
        guard let text = content.withUnsafeBytes({ String(validating: $0, as: UTF8.self) })
        else { throw CBORError(.invalidUTF8, "text that is not UTF-8") }
        value = try Value(diagnostic: text, limits: limits)
      }
    } catch {
      throw PouchError(.badData, "'\(label)' is not \(noun)", cause: error.description)
    }
    if framing == .length10 { return (try pickle(value, label), .pickle) }
    return (Bytes(value.encoded()), .cbor)
  }

  private func pickle(_ value: CBOR.Value, _ label: String) throws(PouchError) -> Bytes {
    do throws(PickleError) {
      return Bytes(try PickleEncoder().encode(value))
    } catch {
      throw PouchError(
        .badData, "'\(label)' holds what a pickle cannot", cause: error.description)
    }
  }

  /// What the input should be.
  private var noun: String {
    switch settings.format {
    case .raw: "bytes"
    case .json: "JSON"
    case .diagnostic: "diagnostic notation"
    case .cbor: "CBOR"
    case .pickle: "a pickle"
    }
  }
}
