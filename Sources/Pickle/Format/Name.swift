/// Names out of a pickle, fit for a message: short, and without control characters.
enum Name {
  private static let longest = 200

  static func shown(_ name: UnsafeRawBufferPointer) -> String {
    shown(String(decoding: name.prefix(4 * longest), as: UTF8.self))
  }

  static func shown(_ name: String) -> String {
    var shown = ""
    for scalar in name.unicodeScalars.prefix(longest) {
      switch scalar.value {
      case 0x20..<0x7f: shown.unicodeScalars.append(scalar)
      default: shown += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return name.unicodeScalars.count > longest ? shown + "…" : shown
  }
}
