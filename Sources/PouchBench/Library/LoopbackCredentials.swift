internal import Glibc
internal import PouchCore
internal import PouchTLS

/// Certificates for the two ends in this process, of an authority made for this run.
///
/// Their files lose their names as soon as they are written: what is left is open descriptors,
/// which end with the process however it ends.
final class LoopbackCredentials: Sendable {
  /// The host that the receiver's certificate is for.
  static let host = "127.0.0.1"

  let sender: TLSSettings
  let receiver: TLSSettings
  private let descriptors: [Int32]

  /// - Throws: `.outputFailed` when the directory for temporary files cannot be written.
  init() throws(PouchError) {
    let directory = try LoopbackCredentials.makeDirectory()
    var descriptors: [String: Int32] = [:]
    defer { rmdir(directory) }
    do throws(PouchError) {
      let names = [LoopbackCredentials.host]
      let written = try DevelopmentCertificates(
        receiverNames: names, senderNames: names, days: 1
      ).write(to: CredentialDirectory(directory, replaces: false))
      defer { for path in written { unlink(path) } }
      for path in written where !path.hasSuffix("/ca.key") {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
          throw .system(.inputMissing, "'\(path)' cannot be read", errno: errno)
        }
        descriptors[String(path.dropFirst(directory.count + 1))] = descriptor
      }
    } catch {
      for descriptor in descriptors.values { close(descriptor) }
      throw error
    }
    func path(_ name: String) -> String { "/proc/self/fd/\(descriptors[name] ?? -1)" }
    sender = .mutual(
      trust: path("ca.pem"), certificate: path("sender.pem"), key: path("sender.key"))
    receiver = .mutual(
      trust: path("ca.pem"), certificate: path("receiver.pem"), key: path("receiver.key"))
    self.descriptors = Array(descriptors.values)
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  /// A directory for this user alone.
  private static func makeDirectory() throws(PouchError) -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/pouch-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw .system(
        .outputFailed, "no directory for certificates can be made in '\(parent)'", errno: errno,
        hint: "point TMPDIR to a directory that can be written")
    }
    return template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
  }
}
