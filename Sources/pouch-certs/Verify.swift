import ArgumentParser
import PouchCommand
import PouchCore
import PouchTLS

extension PouchCerts {
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks certificates as a peer would.",
      discussion: """
        EXAMPLE
          pouch-certs verify --trust Certs/ca.pem --name localhost Certs/receiver.pem
        """)

    @Option(name: .long, help: "A PEM file with the authorities that are believed.")
    var trust: String

    @Option(name: .long, help: "A name that every one of the certificates must prove.")
    var name: String?

    @Argument(help: "PEM files: a certificate, followed by the intermediate ones.")
    var file: [ArgumentList]

    func run() throws {
      try reporting { () throws(PouchError) in
        let authorities = try TrustedAuthorities(HomeDirectory.expand(trust))
        try authorities.check()
        let verifier = CertificateVerifier(authorities: authorities.certificates)
        var wanted: CertificateName?
        if let name { wanted = try CertificateName(name) }
        var refused: PouchError?
        for path in file.all {
          let chain = try Certificate.read(path)
          let path = SystemText.readable(path)
          do throws(PouchError) {
            try verifier.verify(chain, name: wanted)
            print("\(path): good\(chain.first?.notAfter.map { ", until \($0)" } ?? "")")
          } catch {
            print("\(path): refused: \(error.cause ?? error.message)")
            refused = error
          }
        }
        if let refused { throw refused }
      }
    }
  }
}
