internal import COpenSSL
package import PouchCore

/// A subject alternative name: the only kind of name in a certificate that Pouch believes.
package struct CertificateName: Hashable, Sendable {
  package enum Kind: String, Sendable {
    case dns = "DNS"
    case ip = "IP"
    case uri = "URI"
  }

  package let kind: Kind
  /// The text, or the 4 or 16 bytes of an address.
  let bytes: [UInt8]

  /// A name as it stands in a certificate, unchecked.
  package init(unchecked kind: Kind, _ bytes: [UInt8]) {
    self.kind = kind
    self.bytes = bytes
  }

  /// Reads a name as a user writes it: an IP address, a URI with `://`, or else a DNS name, whose
  /// first label may be `*`.
  ///
  /// - Throws: `.usage` when it is none of them.
  package init(_ text: String) throws(PouchError) {
    if let address = CertificateName.address(text) {
      self.init(unchecked: .ip, address)
      return
    }
    let isVisible = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard !text.isEmpty, isVisible else {
      throw CertificateName.malformed(
        text, "it must be visible ASCII (write an international name as xn--…)")
    }
    if text.contains("://") {
      self.init(unchecked: .uri, Array(text.utf8))
      return
    }
    var labels = text.split(separator: ".", omittingEmptySubsequences: false)
    if labels.count > 2, labels.first == "*" { labels.removeFirst() }
    let isName = labels.allSatisfy { label in
      !label.isEmpty && label.utf8.count <= 63
        && label.utf8.allSatisfy { CertificateName.isLabelByte($0) }
    }
    guard isName, text.utf8.count <= 253 else {
      throw CertificateName.malformed(text, "it is not an address, a URI or a DNS name")
    }
    self.init(unchecked: .dns, Array(text.utf8))
  }

  /// The 4 or 16 bytes of an IP address; nil when `text` is something else.
  static func address(_ text: String) -> [UInt8]? {
    guard !text.utf8.contains(0), let octets = a2i_IPADDRESS(text) else {
      ERR_clear_error()
      return nil
    }
    defer { ASN1_OCTET_STRING_free(octets) }
    return Array(octets.pointee.contents)
  }

  /// Whether both say the same: DNS names without regard to case, everything else exactly.
  package func matches(_ other: CertificateName) -> Bool {
    guard kind == other.kind else { return false }
    guard kind == .dns else { return bytes == other.bytes }
    return bytes.elementsEqual(other.bytes) {
      CertificateName.lowercase($0) == CertificateName.lowercase($1)
    }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  private static func isLabelByte(_ byte: UInt8) -> Bool {
    let letter = lowercase(byte)
    return (0x61...0x7A).contains(letter) || (0x30...0x39).contains(byte) || byte == 0x2D
      || byte == 0x5F
  }

  private static func malformed(_ text: String, _ reason: String) -> PouchError {
    PouchError(.usage, "'\(text)' is not a name for a certificate: \(reason)")
  }
}

extension CertificateName: CustomStringConvertible {
  /// The name alone: `localhost`, `127.0.0.1`, `::1`, `spiffe://example.org/receiver`. What is not
  /// visible ASCII is written as `\xHH`, so that it can go to a terminal.
  package var description: String {
    switch kind {
    case .ip: CertificateName.addressText(bytes)
    case .dns, .uri:
      bytes.reduce(into: "") { text, byte in
        if byte > 0x20 && byte < 0x7F {
          text.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
          text += "\\x" + hexadecimal([byte])
        }
      }
    }
  }

  private static func addressText(_ bytes: [UInt8]) -> String {
    if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
    guard bytes.count == 16 else { return "an address of \(bytes.count) bytes" }
    let groups = stride(from: 0, to: 16, by: 2).map {
      UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
    }
    // RFC 5952: the longest run of two or more zero groups, the first of equals, becomes "::".
    var best = 0..<0
    var start = 0
    for index in 0...8 {
      if index < 8, groups[index] == 0 { continue }
      if index - start > max(best.count, 1) { best = start..<index }
      start = index + 1
    }
    let text = { (range: Range<Int>) in
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    return best.isEmpty
      ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
  }
}

/// `bytes` in lower-case hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>, separator: String = "") -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
}

extension ASN1_STRING {
  /// The bytes of the string, valid as long as it is.
  var contents: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: data, count: Int(max(length, 0)))
  }
}
