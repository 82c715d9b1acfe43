public import PouchCore

/// Where an end of a connection goes, or where it waits.
public enum EndpointSettings: Sendable, Hashable {
  /// It connects to these.
  case connect([Endpoint])
  /// It listens on these.
  case listen([Endpoint])

  /// All of them.
  public var endpoints: [Endpoint] {
    switch self {
    case .connect(let endpoints), .listen(let endpoints): endpoints
    }
  }
}
