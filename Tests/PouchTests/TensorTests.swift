import CBOR
import Pouch
import Testing

@Suite("Tensors of 100 MB", .serialized, .timeLimit(.minutes(5)))
struct TensorTests {
  /// 25 million numbers, of which no two neighbouring blocks are alike.
  static let numbers: [Float] = {
    let block = (0..<250_000).map { Float($0) * 0.37 - 1e4 }
    var numbers: [Float] = []
    numbers.reserveCapacity(25_000_000)
    for index in 0..<100 {
      numbers.append(Float(index))
      numbers += block.dropFirst()
    }
    return numbers
  }()

  struct Model: Codable {
    var name: String
    var weights: TypedArray<Float>
  }

  private func isWhole(_ numbers: [Float]) -> Bool {
    Bytes(elementsOf: numbers) == Bytes(elementsOf: Self.numbers)
  }

  @Test(
    "arrive as an attachment, and inside of CBOR as a typed array",
    arguments: [
      (.memory, .none), (.tcp, .none), (.unixPath, .none), (.memory, .crc32c),
      (.tcp, .deflateCRC32C), (.unixPath, .sha256),
    ] as [(TransportKind, PipelineKind)])
  func large(_ kind: TransportKind, _ pipeline: PipelineKind) async throws {
    try await kind.withOptions(pipeline) { endpoint, sending, receiving in
      let got = Gathered<String>()
      try await withReceiver(at: endpoint, receiving) { delivery in
        if let attachment = delivery.attachments.first {
          let note = try delivery.decode(Note.self)
          #expect(note.shape == [5000, 5000])
          // Not an element of it was copied to be looked at.
          try attachment.withUnsafeElements(as: Float.self) { view in
            #expect(view.count == Self.numbers.count)
            #expect(view[24_999_999] == Self.numbers[24_999_999])
            attachment.withUnsafeBytes {
              #expect(UnsafeRawPointer(view.baseAddress) == $0.baseAddress)
            }
          }
          #expect(isWhole(try attachment.elements(as: Float.self)))
          got.append(note.title)
        } else {
          let model = try delivery.decode(Model.self)
          #expect(isWhole(model.weights.elements))
          got.append(model.name)
        }
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          try await sender.send(
            Note(title: "attached", shape: [5000, 5000]),
            attachments: [Bytes(elementsOf: Self.numbers)]
          ).processed()
          try await sender.send(Model(name: "inside", weights: TypedArray(Self.numbers)))
            .processed()
        }
      }
      #expect(got.values == ["attached", "inside"])
    }
  }
}
