/// The bytes of hexadecimal digits; spaces between them do not count.
func hex(_ text: some StringProtocol) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.utf8.count / 2)
  var high: UInt8?
  for digit in text.utf8 where digit != UInt8(ascii: " ") {
    let value = digit < 0x40 ? digit & 0xf : (digit & 0xf) + 9
    if let first = high {
      bytes.append(first << 4 | value)
      high = nil
    } else {
      high = value
    }
  }
  return bytes
}

/// Lower-case hexadecimal digits.
func hex(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 0xf)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// The bytes of a pickle as Python shows them: ASCII, with `\n`, `\\` and `\xHH` for the others.
func pickle(_ text: String) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
      bytes.append(byte)
      continue
    }
    switch escape {
    case UInt8(ascii: "n"): bytes.append(0x0a)
    case UInt8(ascii: "x"):
      bytes += hex(String(decoding: rest.prefix(2), as: UTF8.self))
      rest = rest.dropFirst(2)
    default: bytes.append(escape)
    }
  }
  return bytes
}
