package import ArgumentParser
package import PouchConfiguration

/// Where settings come from beside the named options, and whether they are only checked.
package struct ConfigurationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A YAML or JSON file of settings.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  package var config: String?

  @Option(
    help: ArgumentHelp(
      "A setting by its path, such as limits.frame=8MiB; repeatable.", valueName: "path=value"))
  package var set: [ArgumentList] = []

  @Flag(help: "Check everything that a run would need, and start nothing.")
  package var check = false

  @Flag(help: "With --check: also connect, and name the first step that fails.")
  package var connect = false

  package init() {}

  package func validate() throws {
    if connect, !check { throw ValidationError("--connect goes with --check") }
  }

  /// Reads it all: the file, the environment, `--set` and the named options.
  package func reader(
    _ environment: [String: String], _ options: [SettingOption]
  ) -> ConfigurationReader {
    ConfigurationReader(file: config, environment: environment, set: set.all, options: options)
  }
}
