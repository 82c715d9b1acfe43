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
