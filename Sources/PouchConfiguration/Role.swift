/// Which end of a connection a configuration is for.
///
/// The command that reads a file gives the role: `pouch-send` reads a sender's, `pouch-receive` a
/// receiver's. Who dials has nothing to do with it.
public enum Role: String, Sendable, CaseIterable {
  case sender, receiver

  var other: Role { self == .sender ? .receiver : .sender }
}
