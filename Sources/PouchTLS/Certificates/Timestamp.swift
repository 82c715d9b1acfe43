internal import COpenSSL
internal import Glibc

/// A moment, in seconds since 1970, as certificates hold it.
package struct Timestamp: Comparable, Sendable {
  package let seconds: Int64

  package init(seconds: Int64) {
    self.seconds = seconds
  }

  package static var now: Timestamp { Timestamp(seconds: Int64(time(nil))) }

  /// - Returns: nil when the field of the certificate is damaged.
  init?(_ field: UnsafePointer<ASN1_TIME>?) {
    var parts = tm()
    guard let field, ASN1_TIME_to_tm(field, &parts) == 1 else { return nil }
    seconds = Int64(timegm(&parts))
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }
}

extension Timestamp: CustomStringConvertible {
  /// Such as `2026-11-22 17:53:36 UTC`.
  package var description: String {
    var moment = time_t(seconds)
    var parts = tm()
    guard gmtime_r(&moment, &parts) != nil else { return "\(seconds) s since 1970" }
    func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    let hour = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
    return "\(day) \(hour) UTC"
  }
}
