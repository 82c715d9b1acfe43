import Testing

@testable import PouchConfiguration

@Suite("The table of settings")
struct TableTests {
  private static let settable = Table.everything.filter { !$0.isFileOnly && $0.isScalar }

  @Test("each setting is read: what it cannot take is reported", arguments: settable)
  func isRead(_ descriptor: Descriptor) {
    let origin = SettingOption("--option", descriptor.name, "")
    let text = read(descriptor, options: [origin])
    #expect(text.hasPrefix("--option: error: "), "\(descriptor.name): \(text)")
    // The environment has no empty values; a space is as wrong everywhere but in a path.
    guard descriptor.type != "path" else { return }
    let other = read(descriptor, environment: [descriptor.environmentName: " "])
    #expect(other.hasPrefix("environment \(descriptor.environmentName): error: "), "\(other)")
  }

  @Test("each default, written out, is read as itself", arguments: settable)
  func roundTrip(_ descriptor: Descriptor) {
    guard let initial = descriptor.initial else { return }
    let text = read(descriptor, options: [SettingOption("--option", descriptor.name, initial)])
    let needsDirectory = descriptor.name == "output.on-conflict"
    #expect(text.isEmpty || needsDirectory, "\(text)")
  }

  @Test("names are unique, sections have no settings of their own, and all is documented")
  func shape() {
    for role in Role.allCases {
      let table = Table(role)
      #expect(Set(table.descriptors.map(\.name)).count == table.descriptors.count)
      #expect(Set(table.descriptors.map(\.environmentName)).count == table.descriptors.count)
      for descriptor in table.descriptors {
        #expect(!table.isSection(descriptor.name))
        #expect(descriptor.path.count <= 2)
        #expect(descriptor.summary.hasSuffix("."), "\(descriptor.name)")
      }
    }
  }

  /// The errors of a configuration that has what the setting needs.
  private func read(
    _ descriptor: Descriptor, environment: [String: String] = [:],
    options: [SettingOption] = []
  ) -> String {
    let usesTLS = descriptor.section == "tls"
    let listens = descriptor.name == "tls.peer-certificate"
    let isEndpoint = descriptor.name == "connect" || descriptor.name == "listen"
    var text = "version: 1\n"
    if !isEndpoint {
      text += (listens ? "listen: " : "connect: ") + (usesTLS ? "tls://localhost:1\n" : "unix:@x\n")
    }
    if usesTLS {
      text += """
        tls:
          trust: ../Certs/ca.pem
          certificate: ../Certs/sender.pem
          key: ../Certs/sender.key

        """
    }
    return errors { () throws(ConfigurationErrors) in
      if descriptor.roles.contains(.sender) {
        _ = try sender(text, environment: environment, options: options)
      } else {
        _ = try receiver(text, environment: environment, options: options)
      }
    }
  }
}

extension Descriptor: CustomTestStringConvertible {
  public var testDescription: String { name }
}
