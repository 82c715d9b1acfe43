import PouchCommand
import Testing

@Suite("The arguments that the parser is given") struct ArgumentListTests {
  private static let files = (1...100_000).map { "f\($0)" }
  private static let many = (1...1000).map { "k\($0)=v" }

  private static func join(_ arguments: [String]) -> [String] {
    ArgumentList.join(arguments, options: ["--header", "--attach"], joinsRest: true)
  }

  @Test(
    "are as few for a hundred thousand paths as for some, wherever the options stand",
    arguments: [
      (["--to", "x"], []), ([], ["--to", "x"]), (["-q", "--"], []),
      (["a", "-q"], ["--to", "x", "b"]),
    ])
  func paths(_ before: [String], _ behind: [String]) throws {
    let arguments = before + Self.files + behind
    let joined = Self.join(arguments)
    // One path can be the value of the option before it.
    #expect(joined.count <= before.count + behind.count + 2)
    #expect(try expand(joined) == arguments)
  }

  @Test("are as few for an option that is given a thousand times, its values in their order")
  func options() throws {
    let separate = Self.many.flatMap { ["--header", $0] }
    let equal = Self.many.map { "--header=\($0)" }
    for arguments in [["a"] + separate + ["--to", "x"], ["a"] + equal + ["--to", "x"]] {
      let joined = Self.join(arguments)
      try #require(joined.count == 4)
      #expect(joined[0] == "a" && joined[2...] == ["--to", "x"])
      let value = try #require(joined[1].split(separator: "=", maxSplits: 1).last)
      #expect(ArgumentList(argument: String(value))?.values == Self.many)
    }
  }

  @Test("stay what they are when they are few, or when an option has no value")
  func untouched() {
    let few = ["--header", "a=b", "x", "--attach=y", "-", "--", "--header", ""]
    #expect(Self.join(few) == few)
    for end in [["--header"], ["--header", "--to"], ["--header", "--", "x"]] {
      let arguments = Self.many.flatMap { ["--header", $0] } + end
      #expect(Self.join(arguments) == arguments)
    }
    // Nothing is joined across an option, whose value may be the next argument.
    let mixed = Self.many.flatMap { ["--unknown", $0] }
    #expect(Self.join(mixed) == mixed)
  }

  /// Every argument that holds several, taken apart.
  private func expand(_ joined: [String]) throws -> [String] {
    try joined.flatMap { try #require(ArgumentList(argument: $0)).values }
  }
}
