import Foundation
import Testing

@Suite("A path that begins with ~", .timeLimit(.minutes(2)))
struct HomeDirectoryTests {
  @Test("is in the home directory, in every option and in a file, and ./~ is what it says")
  func expanded() async throws {
    let home = try Workspace()
    let environment = ["HOME": home.path]
    let made = try await run(.certs, ["create", "--output=~/Certs"], environment: environment)
    #expect(made.status == 0, "\(made)")
    let verified = try await run(
      .certs, ["verify", "--trust=~/Certs/ca.pem", home.file("Certs/sender.pem")],
      environment: environment)
    #expect(verified.status == 0, "\(verified)")
    try home.write(
      "r.yaml",
      """
      version: 1
      listen: unix:~/x.sock
      output: {directory: ~/inbox, count: 1}
      """)
    try home.write("note", "hello")
    let (sent, received) = try await withProgram(
      .receive, ["--config=~/r.yaml"], environment: environment
    ) { running in
      #expect(try await running.endpoint() == "unix://\(home.file("x.sock"))")
      return try await run(
        .send, ["--to=unix:~/x.sock", "--attach=~/note", home.file("note")],
        environment: environment)
    }
    #expect(sent.status == 0, "\(sent)")
    #expect(received.status == 0, "\(received)")
    #expect(home.names("inbox") == ["note", "note.attachment-1"])
  }

  @Test("and names nobody's home directory is a configuration that cannot be used")
  func nobody() async throws {
    let user = "no-such-user-of-pouch"
    for (program, arguments) in [
      (Program.receive, ["--listen", "unix:@x", "--output=~\(user)/in", "--check"]),
      (.receive, ["--config=~\(user)/r.yaml", "--check"]),
      (.send, ["--to", "unix:@x", "--attach=~\(user)/a", "/dev/null"]),
      (.certs, ["create", "--output=~\(user)/Certs"]),
    ] {
      let outcome = try await run(program, arguments)
      #expect(outcome.status == 78, "\(outcome)")
      #expect(outcome.error.contains("there is no user '\(user)'"), "\(outcome)")
      #expect(outcome.error.contains("= write './~\(user)/"), "\(outcome)")
    }
  }
}
