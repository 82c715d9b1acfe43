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
    "have directories",
    arguments: [("a.yaml", ""), ("b/a.yaml", "b"), ("/a.yaml", "/"), ("/b/c/a.yaml", "/b/c")])
  func directories(_ path: String, _ expected: String) {
    #expect(directory(of: path) == expected)
  }
}
