import Glibc
import Pouch
import PouchTLS

/// Both ends' settings for one transport.
struct Bench {
  let endpoint: Endpoint
  var sending = SenderOptions()
  var receiving = ReceiverOptions()
  private let directory: String

  init(_ transport: String) throws {
    var template = Array("/tmp/pouch-footprint-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw PouchError(.outputFailed, "no temporary directory can be made")
    }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    switch transport {
    case "tcp": endpoint = .tcp("127.0.0.1", 0)
    case "unix": endpoint = .unix(path: directory + "/s")
    case "tls":
      endpoint = .tls("localhost", 0)
      let certificates = try DevelopmentCertificates(
        receiverNames: ["localhost"], senderNames: ["localhost"], days: 1)
      _ = try certificates.write(to: CredentialDirectory(directory, replaces: false))
      sending.tls = credentials("sender")
      receiving.tls = credentials("receiver")
    default: throw PouchError(.usage, "no transport is called '\(transport)'")
    }
  }

  private func credentials(_ name: String) -> TLSSettings {
    .mutual(
      trust: directory + "/ca.pem", certificate: directory + "/\(name).pem",
      key: directory + "/\(name).key")
  }

  /// Removes what `init` made.
  func remove() {
    for name in ["ca", "receiver", "sender"] {
      unlink(directory + "/\(name).pem")
      unlink(directory + "/\(name).key")
    }
    unlink(directory + "/s")
    rmdir(directory)
  }

  /// The kernel's mark of the most that this process has had resident (proc(5), VmHWM).
  static var largestResidentKiB: Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if text.hasPrefix("VmHWM:") { return Int(text.filter(\.isNumber)) ?? 0 }
    }
    return 0
  }
}
