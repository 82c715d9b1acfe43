import PouchCore
import Testing

@Suite("Endpoints")
struct EndpointTests {
  @Test(
    "the text form is read and written",
    arguments: [
      ("tcp://localhost:7447", Endpoint.tcp("localhost", 7447)),
      ("tls://[::1]:0", .tls("::1", 0)),
      ("unix:///run/pouch.sock", .unix(path: "/run/pouch.sock")),
      ("unix:relative.sock", .unix(path: "relative.sock")),
      ("unix:@name", .unix(abstract: "name")),
      ("memory:x", .memory("x")),
    ])
  func readAndWrite(_ text: String, _ endpoint: Endpoint) throws {
    #expect(try Endpoint(text) == endpoint)
    #expect(endpoint.description == text)
  }

  @Test(
    "a scheme that carries no objects is refused with those that do",
    arguments: ["http://h:80", "https://h:443", "ws://h:1", "tpc://h:1", "file:///x"])
  func foreignScheme(_ text: String) {
    let error = #expect(throws: PouchError.self) { try Endpoint(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains("there are tcp, tls, unix, memory") == true)
    #expect(error?.hint?.contains("tcp://host:port") == true)
  }

  @Test("a scheme of one's own is read where it is named")
  func ownScheme() throws {
    let own = Endpoint.Scheme(rawValue: "carrier")
    let endpoint = try Endpoint("carrier://loft:7", own: [own])
    #expect(endpoint == Endpoint(scheme: own, address: .network(host: "loft", port: 7)))
    #expect(throws: PouchError.self) { try Endpoint("carrier://loft:7") }
  }

  @Test(
    "what is not an endpoint is refused with the form that was expected",
    arguments: [
      "", "localhost", "tcp:", "tcp://", "tcp://host", "tcp://host:", "tcp://host:65536",
      "tcp://host:-1", "tcp://host:٣", "tcp://::1:80", "tcp://[::1]", "tcp://[::1:80", "tcp://:80",
      "tcp://a b:80", "tcp://h/x:80", "unix:", "unix://", "unix:@", ":80",
      "unix:" + String(repeating: "a", count: 108),
    ])
  func malformed(_ text: String) {
    let error = #expect(throws: PouchError.self) { try Endpoint(text) }
    #expect(error?.code == .usage)
    #expect(error?.hint?.contains("tcp://host:port") == true)
  }
}
