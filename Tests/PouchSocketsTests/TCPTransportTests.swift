import Glibc
import PouchCore
import Testing

@testable import PouchSockets

@Suite("The TCP transport", .timeLimit(.minutes(1)))
struct TCPTransportTests {
  private let transport = TCPTransport()

  @Test("gives every listener at port 0 a port of its own, and keeps the host's name")
  func ports() async throws {
    let one = try await transport.listen(on: .tcp("localhost", 0))
    let other = try await transport.listen(on: .tls("127.0.0.1", 0))
    #expect(one.endpoint.host == "localhost")
    #expect(one.endpoint.port != other.endpoint.port)
    #expect(other.endpoint.scheme == .tls)
    one.close()
    other.close()
  }

  @Test("finds a listener behind a name, whichever of its addresses it has")
  func names() async throws {
    let listener = try await transport.listen(on: .tcp("127.0.0.1", 0))
    let port = try #require(listener.endpoint.port)
    let client = try await transport.connect(to: .tcp("localhost", port))
    let server = try await listener.accept()
    #expect(client.peer.address == "127.0.0.1:\(port)")
    #expect(server.peer.address.hasPrefix("127.0.0.1:"))
    client.close()
    listener.close()
  }

  @Test("accepts IPv4 at [::], and shows its addresses as such")
  func dualStack() async throws {
    let listener = try await transport.listen(on: .tcp("::", 0))
    let port = try #require(listener.endpoint.port)
    for host in ["127.0.0.1", "::1"] {
      let client = try await transport.connect(to: .tcp(host, port))
      let server = try await listener.accept()
      #expect(server.peer.address.hasPrefix(host == "::1" ? "[::1]:" : "127.0.0.1:"))
      client.close()
    }
    listener.close()
  }

  @Test(
    "does without pacing where both ends are on this machine, whatever the system's way is",
    arguments: ["127.0.0.1", "::1"])
  func congestionControl(_ host: String) async throws {
    let listener = try await transport.listen(on: .tcp(host, 0))
    let client = try await transport.connect(to: listener.endpoint)
    let server = try await listener.accept()
    for stream in [client, server] {
      let name = try stream.socket.withDescriptor { descriptor in
        var name = [UInt8](repeating: 0, count: 16)
        var length = socklen_t(name.count)
        let result = getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CONGESTION, &name, &length)
        #expect(result == 0)
        return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      }
      #expect(name == "reno")
      stream.close()
    }
    listener.close()
  }

  @Test("says which addresses it tried, and what each of them answered")
  func unreachable() async throws {
    let nobody = try RawListener(isListening: false)
    defer { nobody.close() }
    let port = nobody.port
    let error = await failure { _ = try await transport.connect(to: .tcp("localhost", port)) }
    #expect(error?.code == .unreachable)
    #expect(error?.cause?.contains("127.0.0.1:\(port): Connection refused") == true)
    #expect(error?.hint != nil)
    #expect(error?.endpoint == .tcp("localhost", port))
  }

  @Test("says that a host has no address")
  func unknownHost() async throws {
    // Not a name that a server would be asked about.
    let error = await failure { _ = try await transport.connect(to: .tcp("no..such..host", 1)) }
    #expect(error?.code == .unreachable)
    #expect(error?.message.contains("no..such..host") == true)
    let other = await failure { _ = try await transport.listen(on: .tcp("no..such..host", 0)) }
    #expect(other?.code == .configuration)
  }

  @Test("gives up on who does not answer")
  func timeout() async throws {
    let listener = try RawListener()
    defer { listener.close() }
    let transport = TCPTransport(connectTimeout: .milliseconds(200))
    // The backlog takes a few; the kernel leaves the others without an answer.
    var held: [SocketStream] = []
    var error: PouchError?
    while error == nil, held.count < 16 {
      do throws(PouchError) {
        held.append(try await transport.connect(to: .tcp("127.0.0.1", listener.port)))
      } catch let thrown {
        error = thrown
      }
    }
    #expect(error?.code == .timedOut)
    #expect(error?.cause?.contains("127.0.0.1:\(listener.port): no answer") == true)
  }

  @Test("leaves a connect that waits when the task is cancelled")
  func cancelledConnect() async throws {
    let listener = try RawListener()
    defer { listener.close() }
    let port = listener.port
    // More than the backlog takes: some of them wait, and all of those are cancelled.
    let codes = Shared<[PouchError.Code]>([])
    await withDiscardingTaskGroup { group in
      for _ in 0..<16 {
        group.addTask {
          do throws(PouchError) {
            let stream = try await TCPTransport(connectTimeout: .seconds(3600)).connect(
              to: .tcp("127.0.0.1", port))
            stream.close()
          } catch {
            codes.change { $0.append(error.code) }
          }
        }
      }
      group.cancelAll()
    }
    #expect(!codes.value.isEmpty)
    #expect(codes.value.allSatisfy { $0 == .cancelled })
  }

  @Test("tells what to do about an address that cannot be bound")
  func bindErrors() async throws {
    let listener = try await transport.listen(on: .tcp("127.0.0.1", 0))
    let inUse = await failure { _ = try await transport.listen(on: listener.endpoint) }
    #expect(inUse?.code == .configuration)
    #expect(inUse?.hint?.contains("another port") == true)
    listener.close()

    // An address of a documentation network (RFC 5737), which nobody has.
    let foreign = await failure { _ = try await transport.listen(on: .tcp("192.0.2.1", 0)) }
    #expect(foreign?.code == .configuration)
    #expect(foreign?.hint?.contains("0.0.0.0") == true)
  }

  @Test("refuses an endpoint of another kind")
  func otherEndpoint() async throws {
    let error = await failure { _ = try await transport.connect(to: .unix(path: "/tmp/x")) }
    #expect(error?.code == .usage)
    let other = await failure { _ = try await transport.listen(on: .unix(path: "/tmp/x")) }
    #expect(other?.code == .usage)
  }
}
