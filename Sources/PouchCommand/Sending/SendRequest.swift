/// What `pouch-send` is asked to do.
package struct SendRequest: Sendable {
  package var common: CommandRequest
  /// Paths, and `-` for standard input.
  package var paths: [String] = []
  /// What the object read from standard input is called.
  package var name: String?
  /// What travels beside every object.
  package var headers: [String: String] = [:]
  /// Paths of files that travel beside the one object, and `-` for standard input.
  package var attachments: [String] = []

  package init(_ common: CommandRequest) { self.common = common }
}
