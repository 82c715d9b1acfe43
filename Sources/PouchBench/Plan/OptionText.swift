internal import PouchConfiguration
package import PouchCore

/// Reads what options of the command say in words.
package enum OptionText {
  /// The sizes that objects can have, in bytes: room for a tag, and the library's own limit.
  package static let sizes = 8...(256 << 20)

  /// A list of sizes such as `64,1KiB`, in its order, each once.
  package static func sizes(_ text: String) throws(PouchError) -> [Int] {
    var list: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let size: Int
      do throws(Complaint) {
        size = try ByteSize.read(String(part))
      } catch {
        throw error.usage("--sizes")
      }
      guard sizes.contains(size) else {
        throw PouchError(
          .usage, "--sizes \(part): objects have 8 bytes to 256 MiB here",
          hint: "each holds its place in the order, which takes 8 bytes")
      }
      if !list.contains(size) { list.append(size) }
    }
    return list
  }

  /// A duration such as `2s` or `250 ms`, in nanoseconds.
  package static func duration(
    _ text: String, _ option: String, from least: Duration
  ) throws(PouchError) -> UInt64 {
    let duration: Duration
    do throws(Complaint) {
      duration = try DurationText.read(text)
    } catch {
      throw error.usage(option)
    }
    guard (least ... .seconds(3600)).contains(duration) else {
      throw PouchError(
        .usage, "\(option) \(text): it is \(DurationText.format(least)) to 1 h")
    }
    return UInt64(duration / .nanoseconds(1))
  }

  /// A rate such as `50000`, `50k` or `1.5M`, in objects a second.
  package static func rate(_ text: String) throws(PouchError) -> Double {
    let scale = [Character("k"): 1e3, "M": 1e6][text.last ?? " "]
    let number = Double(scale == nil ? text[...] : text.dropLast())
    guard let number, let rate = Optional(number * (scale ?? 1)), rate >= 1, rate <= 1e9 else {
      throw PouchError(
        .usage, "--rate \(text): it is a number of objects a second, from 1 to 1000M",
        hint: "write 50000, 50k or 1.5M")
    }
    return rate
  }

  /// One of several words.
  package static func word<Word: RawRepresentable & CaseIterable>(
    _ text: String, _ option: String, _ type: Word.Type = Word.self
  ) throws(PouchError) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: text) else {
      throw PouchError(
        .usage, "\(option): there is no '\(text)'",
        hint: "available: " + Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  /// A list of words such as `tcp,unix`, in its order, each once.
  package static func words<Word: RawRepresentable & CaseIterable & Equatable>(
    _ text: String, _ option: String, _ type: Word.Type = Word.self
  ) throws(PouchError) -> [Word] where Word.RawValue == String {
    var list: [Word] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let word = try word(String(part), option, type)
      if !list.contains(word) { list.append(word) }
    }
    return list
  }
}

extension Complaint {
  fileprivate func usage(_ option: String) -> PouchError {
    PouchError(.usage, "\(option): \(message)", hint: hint)
  }
}
