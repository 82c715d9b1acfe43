import ArgumentParser
import PouchCommand

@main
enum Main {
  static func main() {
    StandardDescriptors.reserve()
    PouchCerts.start(joinsRest: true)
  }
}

struct PouchCerts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pouch-certs",
    abstract: "Makes, shows and checks the certificates that Pouch's TLS needs.",
    discussion: """
      EXAMPLES
        pouch-certs create --output Certs --name localhost --name 127.0.0.1
        pouch-certs inspect Certs/receiver.pem
        pouch-certs verify --trust Certs/ca.pem Certs/receiver.pem Certs/sender.pem

      EXIT STATUS
        0 success; 64 usage; 66 a file cannot be read; 71 no descriptor is left; 73 a file
        cannot be written;
        77 a certificate is refused, or a key's permissions are; 78 a file holds something else.
      """,
    version: "0.1.0",
    subcommands: [Create.self, Inspect.self, Verify.self])
}
