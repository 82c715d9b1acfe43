import PouchCore
import Testing

@testable import PouchConfiguration

@Suite("Paths")
struct PathResolutionTests {
  @Test(
    "are relative to the file's directory",
    arguments: [
      ("ca.pem", "", "ca.pem"), ("ca.pem", "Configs", "Configs/ca.pem"),
      ("../Certs/ca.pem", "Configs", "Certs/ca.pem"), ("../ca.pem", "", "../ca.pem"),
      ("../../ca.pem", "a", "../ca.pem"), ("/etc/ca.pem", "Configs", "/etc/ca.pem"),
      ("../ca.pem", "/etc/pouch", "/etc/ca.pem"), ("../../../ca.pem", "/etc", "/ca.pem"),
      ("./a/./b", "x", "x/a/b"), ("..", "Configs", "."), ("a//b", "", "a/b"), (".", "/", "/"),
      ("../x", "link", "link/../x"), ("../../x", "link", "link/../../x"),
      ("b/../x", "link", "link/x"),
    ])
  func paths(_ path: String, _ directory: String, _ expected: String) {
    var files = MemoryFiles()
    files.links = ["link"]
    #expect(resolve(path, in: directory, files: files) == expected)
  }

  @Test(
    "that begin with ~ are in a home directory, wherever they are written",
    arguments: [
      ("~", "/home/me"), ("~/in/box", "/home/me/in/box"), ("~you/in", "/home/you/in"),
      ("~you", "/home/you"), ("./~", "~"), ("./~you/in", "~you/in"), ("a~/b", "a~/b"),
    ])
  func home(_ path: String, _ expected: String) throws {
    let option = [SettingOption("--output", "output.directory", path)]
    var files = MemoryFiles.withCertificates()
    files.addDirectory("/", "/home/me", "/home/you")
    let text = "version: 1\nlisten: unix:@x\n"
    #expect(try receiver(text, options: option, files: files).output.directory == expected)
    let isRelative = !expected.hasPrefix("/")
    let written = try receiver(text + "output: {directory: '\(path)'}\n", files: files)
    #expect(written.output.directory == (isRelative ? "Configs/\(expected)" : expected))
    let socket = try sender("version: 1\nconnect: 'unix:\(path)'\n", files: files)
    #expect(
      socket.endpoints == .connect([.unix(path: isRelative ? "Configs/\(expected)" : expected)]))
  }

  @Test("in the home directory of nobody are refused, with what to write instead")
  func nobody() {
    let option = [SettingOption("--output", "output.directory", "~nobody/in")]
    let text = errors { () throws(ConfigurationErrors) in
      try receiver("version: 1\nlisten: unix:@x\n", options: option)
    }
    #expect(
      text == """
        --output: error: there is no user 'nobody', whose home directory '~nobody/in' is in
             = write './~nobody/in' for what is called so here
        1 error. Nothing was started.
        """)
    let bare = errors { () throws(ConfigurationErrors) in
      try receiver("version: 1\nlisten: unix:@x\noutput: {directory: ~}\n")
    }
    #expect(bare.contains("a bare ~ is YAML for nothing: write ~/ for the home directory"))
  }

  @Test(
    "have directories",
    arguments: [("a.yaml", ""), ("b/a.yaml", "b"), ("/a.yaml", "/"), ("/b/c/a.yaml", "/b/c")])
  func directories(_ path: String, _ expected: String) {
    #expect(directory(of: path) == expected)
  }
}
