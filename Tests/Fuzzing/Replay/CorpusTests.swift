import Foundation
import FuzzTargets
import Testing

@Suite("The corpus of the fuzz targets")
struct CorpusTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

  @Test(
    "every input that fuzzing found worth keeping is taken without harm",
    arguments: FuzzTarget.all.map(\.name))
  func replay(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let inputs = try FileManager.default.contentsOfDirectory(
      at: Self.folder.appending(path: name), includingPropertiesForKeys: nil)
    try #require(!inputs.isEmpty, "Tests/Fuzzing/Corpus/\(name) is empty")
    for input in inputs {
      let bytes = [UInt8](try Data(contentsOf: input))
      #expect(throws: Never.self, "\(input.lastPathComponent)") { try target.run(bytes) }
    }
  }

  @Test("every folder of the corpus belongs to a target")
  func noStrays() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
    #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
  }
}
