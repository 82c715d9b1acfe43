/// Where to listen or to connect: `tcp://host:port`, `tls://host:port`, `unix:///path`,
/// `unix:@abstract` or `memory:name`.
///
/// IPv6 addresses stand in brackets: `tcp://[::1]:7447`. Port 0 asks the system for a free port;
/// the listener's endpoint then says which it was.
public struct Endpoint: Hashable, Sendable {
  /// Which transport carries the bytes. A transport of your own brings a scheme of its own.
  public struct Scheme: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    public static let tcp = Scheme(rawValue: "tcp")
    public static let tls = Scheme(rawValue: "tls")
    public static let unix = Scheme(rawValue: "unix")
    public static let memory = Scheme(rawValue: "memory")
  }

  /// What follows the scheme.
  public enum Address: Hashable, Sendable {
    /// A host name or address (IPv6 without brackets) and a port.
    case network(host: String, port: UInt16)
    /// A path in the file system.
    case path(String)
    /// A name without a file: a Linux abstract socket, or an in-memory listener.
    case name(String)
  }

  public let scheme: Scheme
  public let address: Address

  public init(scheme: Scheme, address: Address) {
    self.scheme = scheme
    self.address = address
  }

  public static func tcp(_ host: String, _ port: UInt16) -> Endpoint {
    Endpoint(scheme: .tcp, address: .network(host: host, port: port))
  }

  public static func tls(_ host: String, _ port: UInt16) -> Endpoint {
    Endpoint(scheme: .tls, address: .network(host: host, port: port))
  }

  public static func unix(path: String) -> Endpoint {
    Endpoint(scheme: .unix, address: .path(path))
  }

  public static func unix(abstract name: String) -> Endpoint {
    Endpoint(scheme: .unix, address: .name(name))
  }

  public static func memory(_ name: String) -> Endpoint {
    Endpoint(scheme: .memory, address: .name(name))
  }

  /// The host of a network address, without brackets.
  public var host: String? {
    if case .network(let host, _) = address { host } else { nil }
  }

  /// The port of a network address.
  public var port: UInt16? {
    if case .network(_, let port) = address { port } else { nil }
  }
}

extension Endpoint: CustomStringConvertible {
  /// The form that `init(_:)` reads.
  public var description: String {
    switch address {
    case .network(let host, let port):
      host.contains(":") ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    case .path(let path):
      path.utf8.first == SystemText.slash ? "\(scheme)://\(path)" : "\(scheme):\(path)"
    case .name(let name): scheme == .unix ? "\(scheme):@\(name)" : "\(scheme):\(name)"
    }
  }
}

extension Endpoint {
  /// Reads the text form.
  ///
  /// - Parameters:
  ///   - text: Such as `tls://host:port`.
  ///   - own: Schemes of transports of your own, in whose text a host and a port follow.
  /// - Throws: `PouchError` with code `.usage` that says which part is wrong and shows the form
  ///   that was expected; also for a scheme that is neither Pouch's nor among `own`.
  public init(_ text: String, own: Set<Scheme> = []) throws(PouchError) {
    guard let colon = text.unicodeScalars.firstIndex(of: ":"), colon != text.startIndex else {
      throw Endpoint.malformed(text, "it has no scheme")
    }
    let scheme = Scheme(rawValue: text[..<colon].lowercased())
    let rest = text[text.unicodeScalars.index(after: colon)...]
    switch scheme {
    case .unix: self = try Endpoint.readUnix(rest, text)
    case .memory:
      guard !rest.isEmpty else { throw Endpoint.malformed(text, "it has no name") }
      self = .memory(String(rest))
    default:
      guard scheme == .tcp || scheme == .tls || own.contains(scheme) else {
        let known = ([.tcp, .tls, .unix, .memory] + own.sorted { $0.rawValue < $1.rawValue })
        throw Endpoint.malformed(
          text,
          "'\(scheme)' is no scheme that carries objects; there are "
            + known.map(\.rawValue).joined(separator: ", "))
      }
      guard rest.hasPrefix("//") else {
        throw Endpoint.malformed(text, "'\(scheme):' is followed by '//'")
      }
      self = try Endpoint.readNetwork(scheme, rest.dropFirst(2), text)
    }
  }

  private static func readUnix(
    _ rest: Substring, _ text: String
  ) throws(PouchError) -> Endpoint {
    // sun_path holds 108 bytes, with a zero at either end of them.
    let longest = 107
    if rest.utf8.first == UInt8(ascii: "@") {
      let name = String(Substring(rest.utf8.dropFirst()))
      guard !name.isEmpty else { throw malformed(text, "the abstract name is empty") }
      guard name.systemLength <= longest else {
        throw malformed(text, "an abstract name has at most \(longest) bytes")
      }
      return .unix(abstract: name)
    }
    let path =
      rest.utf8.starts(with: "//".utf8) ? String(Substring(rest.utf8.dropFirst(2))) : String(rest)
    guard !path.isEmpty else { throw malformed(text, "the path is empty") }
    guard path.systemLength <= longest else {
      throw malformed(text, "a socket path has at most \(longest) bytes")
    }
    guard !path.utf8.contains(0) else { throw malformed(text, "the path holds a NUL") }
    return .unix(path: path)
  }

  private static func readNetwork(
    _ scheme: Scheme, _ rest: Substring, _ text: String
  ) throws(PouchError) -> Endpoint {
    var host: Substring
    var tail: Substring
    if rest.hasPrefix("[") {
      guard let bracket = rest.firstIndex(of: "]") else {
        throw malformed(text, "the bracket is not closed")
      }
      host = rest[rest.index(after: rest.startIndex)..<bracket]
      tail = rest[rest.index(after: bracket)...]
      guard tail.hasPrefix(":") else { throw malformed(text, "the port is missing") }
      tail = tail.dropFirst()
    } else {
      guard let colon = rest.lastIndex(of: ":") else {
        throw malformed(text, "the port is missing")
      }
      host = rest[..<colon]
      tail = rest[rest.index(after: colon)...]
      guard !host.contains(":") else {
        throw malformed(text, "an IPv6 address stands in brackets")
      }
    }
    guard !host.isEmpty else { throw malformed(text, "the host is missing") }
    guard host.allSatisfy({ $0.isASCII && !$0.isWhitespace && !"/?#@".contains($0) && $0 != "\0" })
    else {
      throw malformed(text, "'\(host)' is not a host")
    }
    guard tail.allSatisfy(\.isNumber), let port = UInt16(tail) else {
      throw malformed(text, "'\(tail)' is not a port from 0 to 65535")
    }
    return Endpoint(scheme: scheme, address: .network(host: String(host), port: port))
  }

  private static func malformed(_ text: String, _ reason: String) -> PouchError {
    PouchError(
      .usage, "'\(text)' is not an endpoint: \(reason)",
      hint: "write tcp://host:port, tls://host:port, unix:///path or unix:@name")
  }
}
