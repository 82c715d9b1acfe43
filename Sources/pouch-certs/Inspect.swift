import ArgumentParser
import PouchCommand
import PouchCore
import PouchTLS

extension PouchCerts {
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows what certificates say.",
      discussion: """
        EXAMPLE
          pouch-certs inspect Certs/receiver.pem
        """)

    @Argument(help: "PEM files; each may hold several certificates.")
    var file: [ArgumentList]

    func run() throws {
      try reporting { () throws(PouchError) in
        for path in file.all {
          let certificates = try Certificate.read(path)
          for (index, certificate) in certificates.enumerated() {
            let place = certificates.count > 1 ? " (\(index + 1) of \(certificates.count))" : ""
            print(
              "\(SystemText.readable(path))\(place)\n\(certificate.report())", terminator: "")
          }
        }
      }
    }
  }
}
