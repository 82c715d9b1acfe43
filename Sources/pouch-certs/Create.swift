import ArgumentParser
import PouchCore
import PouchTLS

extension PouchCerts {
  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a CA, and certificates for a receiver and a sender.",
      discussion: """
        Writes ca.pem, ca.key, receiver.pem, receiver.key, sender.pem and sender.key. Keys are for \
        their owner alone (0600). Keep ca.key away from both hosts: whoever has it can be anybody.

        EXAMPLE
          pouch-certs create --output Certs --name db1.example.org --name 10.0.0.5 --days 90
        """)

    @Option(name: .shortAndLong, help: "The directory to write to; made if it is not there.")
    var output = "Certs"

    @Option(name: .long, help: "A DNS name, IP address or URI of the receiver; repeatable.")
    var name = ["localhost", "127.0.0.1", "::1"]

    @Option(name: .long, help: "A DNS name, IP address or URI of the sender; repeatable.")
    var senderName = ["sender"]

    @Option(name: .long, help: "For how many days they are valid.")
    var days = 365

    @Flag(name: .shortAndLong, help: "Replace files that are there.")
    var force = false

    func run() throws {
      try reporting { () throws(PouchError) in
        let certificates = try DevelopmentCertificates(
          receiverNames: name, senderNames: senderName, days: days)
        let directory = try CredentialDirectory(HomeDirectory.expand(output), replaces: force)
        for path in try certificates.write(to: directory) { status("wrote \(path)") }
      }
    }
  }
}
