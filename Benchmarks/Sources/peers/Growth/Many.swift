import ArgumentParser
import Glibc
import Pouch

/// Measures many connections once, and prints objects a second.
struct Many: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures many connections at once.", shouldDisplay: false)

  @Option(help: "tcp, unix or tls.")
  var carrier: String

  @Option(help: "How many connections.")
  var count: Int

  @Option(help: "How many event loops: fewer than there are cores.")
  var loops: Int

  @Option(help: "How long to send.")
  var seconds: Double

  @Option(help: "Where the certificates lie.")
  var credentials: String

  func run() async throws {
    alarm(UInt32(seconds) + 120)
    guard let carrier = Carrier(rawValue: carrier) else {
      throw ValidationError("--carrier is tcp, unix or tls")
    }
    try await EventLoops.start(loops)
    let link = PouchLink(
      carrier: carrier, credentials: carrier == .tls ? Credentials(adopting: credentials) : nil)
    print(try await ManyConnections(count: count, link: link).measure(seconds: seconds))
  }
}
