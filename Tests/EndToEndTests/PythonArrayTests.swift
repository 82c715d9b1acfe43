import CBOR
import Foundation
import Pouch
import Testing

/// Numbers between the library and Python, which reads and writes them with the helper that stands
/// beside the peer.
@Suite(
  .enabled(if: Program.hasPython, "there is no python3 here to run the helper with"), .serialized,
  .timeLimit(.minutes(2)))
struct PythonArrayTests {
  struct Model: Codable, Equatable {
    var name: String
    var weights: Tensor<Float>
    var counts: TypedArray<Int64>
  }

  private static func model() throws -> Model {
    Model(
      name: "m",
      weights: try #require(Tensor(shape: [2, 3], elements: [0, 1, 2, 3, 4.5, -5])),
      counts: TypedArray([1, -2, 1 << 40]))
  }

  private func write(_ script: String, _ workspace: Workspace) async throws {
    let written = try await run(
      .python, ["-c", script, workspace.file("model")])
    try #require(written.status == 0, "\(written)")
    let got = try await deliveries(at: Meeting.unix.endpoint(workspace)) { endpoint in
      let sent = try await run(
        .peer,
        ["send", "--connect", endpoint, "--format", "cbor", workspace.file("model")]
          + patience)
      #expect(sent.status == 0, "\(sent)")
    }
    let model = try #require(got.first).decode(Model.self)
    #expect(try model == Self.model())
  }

  private func read(_ script: String, _ workspace: Workspace) async throws {
    let model = try Self.model()
    let (_, received) = try await withProgram(
      .peer,
      ["receive", "--listen", Meeting.unix.endpoint(workspace), "--output", workspace.path]
        + patience
    ) { running in
      var options = SenderOptions()
      options.timeouts.hello = .seconds(60)
      let endpoint = try Endpoint(try await running.endpoint())
      try await withSender(to: endpoint, options: options) { sender in
        try await sender.send(model, attributes: Attributes(name: "model")).processed()
      }
    }
    try #require(received.status == 0, "\(received)")
    let read = try await run(.python, ["-c", script, workspace.file("model")])
    #expect(
      read.output == ["m [[0.0, 1.0, 2.0], [3.0, 4.5, -5.0]] [1, -2, 1099511627776]"], "\(read)")
  }

  @Test("typed arrays and tensors cross to plain Python and back")
  func plain() async throws {
    let workspace = try Workspace()
    try await write(
      """
      import sys
      from array import array
      from pouch_peer import typed_arrays
      weights = memoryview(array("f", [0, 1, 2, 3, 4.5, -5])).cast("B").cast("f", [2, 3])
      model = {"name": "m", "weights": weights, "counts": array("q", [1, -2, 1 << 40])}
      open(sys.argv[1], "wb").write(typed_arrays.dumps(model))
      """, workspace)
    try await read(
      """
      import sys
      from pouch_peer import typed_arrays
      model = typed_arrays.loads(open(sys.argv[1], "rb").read())
      print(model["name"], model["weights"].tolist(), model["counts"].tolist())
      """, workspace)
  }

  @Test(
    "typed arrays and tensors cross to NumPy and back",
    .enabled(if: Program.hasNumPy, "python3 cannot import numpy: python3 -m pip install numpy"))
  func numPy() async throws {
    let workspace = try Workspace()
    try await write(
      """
      import sys, numpy
      from pouch_peer import typed_arrays
      weights = numpy.array([[0, 1, 2], [3, 4.5, -5]], dtype=">f4")
      model = {"name": "m", "weights": weights, "counts": numpy.array([1, -2, 1 << 40])}
      open(sys.argv[1], "wb").write(typed_arrays.dumps(model))
      """, workspace)
    try await read(
      """
      import sys
      from pouch_peer import typed_arrays
      model = typed_arrays.loads(open(sys.argv[1], "rb").read(), numpy=True)
      print(model["name"], model["weights"].tolist(), model["counts"].tolist())
      """, workspace)
  }
}
