import Foundation
import Testing

@Suite("A host", .timeLimit(.minutes(2)))
struct AddressTests {
  @Test("'*' is both families: a sender reaches it over IPv4 and over IPv6")
  func everyAddress() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 1000)
    let (sent, received) = try await withProgram(
      .receive,
      ["--listen", "tcp://*:0", "--insecure", "--output", workspace.file("D"), "--count", "2"]
    ) { running in
      let endpoint = try await running.endpoint()
      let port = endpoint.split(separator: ":").last ?? ""
      var outcomes: [Outcome] = []
      for host in ["127.0.0.1", "[::1]"] {
        outcomes.append(try await run(.send, ["--to", "tcp://\(host):\(port)", file]))
      }
      return outcomes
    }
    for outcome in sent { #expect(outcome.status == 0, "\(outcome)") }
    #expect(received.status == 0, "\(received)")
    #expect(received.error.contains("listening on tcp://[::]:"))
    #expect(workspace.names("D") == ["a", "a.1"])
  }

  @Test("is judged by its address: what stays on this machine needs no leave, however it is spelt")
  func loopback() async throws {
    let workspace = try Workspace()
    let file = try workspace.make("a", size: 1000)
    // 127.0.1.1, which is what Debian makes of a machine's own name.
    let (sent, received) = try await meet(
      .receive,
      ["--listen", "tcp://0x7f000101:0", "--output", workspace.file("D"), "--count", "1"], .send
    ) { ["--to", $0, file] }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(received.errors.contains { $0.hasPrefix("  at 127.0.1.1:") }, "\(received)")
  }

  @Test("that is not this machine's alone is refused, with the option or the key that allows it")
  func elsewhere() async throws {
    let workspace = try Workspace()
    let option = try await run(.receive, ["--from", "tcp://192.0.2.1:1", "--lines", "--check"])
    #expect(option.status == 78)
    #expect(option.error.contains("= use tls://, or add --insecure if that is meant"))
    try workspace.write("r.yaml", "version: 1\nconnect: tcp://192.0.2.1:1\noutput: {lines: true}\n")
    let file = try await run(.receive, ["--config", workspace.file("r.yaml"), "--check"])
    #expect(file.status == 78)
    #expect(file.error.contains("= use tls://, or write 'insecure: true' if that is meant"))
  }

  @Test("that is bound under a name tells each of its addresses as an event")
  func events() async throws {
    let workspace = try Workspace()
    let (_, received) = try await withProgram(
      .receive, ["--listen", "tcp://0x7f000001:0", "--output", workspace.file("D"), "--json"]
    ) { running in
      let line = try await running.line(with: "\"bound\"")
      #expect(line.contains("\"address\":\"127.0.0.1:"))
      running.send(SIGTERM)
    }
    #expect(received.status == 0)
  }
}
