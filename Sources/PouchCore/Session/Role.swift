/// Which end of a connection this is. Who dials does not decide it.
public enum Role: String, Sendable, Hashable {
  case sender
  case receiver

  package var opposite: Role { self == .sender ? .receiver : .sender }
}
