/// Text that is equal to text of the same bytes. A `String` is also equal to one that is composed
/// otherwise, which Python's is not.
struct UTF8Text: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: UTF8Text, right: UTF8Text) -> Bool {
    left.text == right.text && left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
