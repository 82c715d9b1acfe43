internal import COpenSSL

extension Certificate {
  /// The serial number in lower-case hexadecimal.
  package var serialNumber: String {
    guard let serial = X509_get0_serialNumber(pointer) else { return "" }
    return hexadecimal(serial.pointee.contents)
  }
}
