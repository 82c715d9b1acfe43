import ArgumentParser

/// Pouch beside what else moves objects.
@main
struct Peers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares ways to move objects on this machine.",
    subcommands: [Compare.self, Grow.self, Hold.self, Many.self], defaultSubcommand: Compare.self)
}
