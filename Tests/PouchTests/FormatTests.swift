import CBOR
import Testing

@testable import Pouch

@Suite("Formats of objects", .timeLimit(.minutes(1)))
struct FormatTests {
  struct Reading: Codable, Equatable {
    var sensor: String
    var celsius: [Double]
    var tags: Set<Int>
  }

  static let reading = Reading(sensor: "attic", celsius: [21.5, -3], tags: [1, 2])

  let transport = MemoryTransport()

  var sending: SenderOptions {
    var options = SenderOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    return options
  }

  var receiving: ReceiverOptions {
    var options = ReceiverOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    return options
  }

  // MARK: Values

  @Test("a Codable value arrives in each format, and as a value of any shape")
  func values() async throws {
    let got = Gathered<(ObjectFormat, Reading, Value)>()
    var options = receiving
    options.formats = [.cbor, .pickle]
    try await withReceiver(at: .memory("values"), options) { delivery in
      got.append((delivery.format, try delivery.decode(Reading.self), try delivery.value()))
    } _: { endpoint, _ in
      try await withSender(to: endpoint, options: sending) { sender in
        try await sender.send(Self.reading).processed()
        try await sender.send(Self.reading, format: .cbor).processed()
        try await sender.send(Self.reading, format: .pickle).processed()
        try await sender.send(Value(encoding: Self.reading), format: .pickle).processed()
      }
    }
    #expect(got.values.map(\.0) == [.cbor, .cbor, .pickle, .pickle])
    #expect(got.values.allSatisfy { $0.1 == Self.reading })
    #expect(got.values.allSatisfy { $0.2["sensor"] == "attic" })
  }

  @Test("JSON arrives as a value, and is sent where it loses nothing")
  func json() async throws {
    let got = Gathered<Value>()
    try await withReceiver(at: .memory("json"), receiving) {
      got.append(try $0.value())
    } _: { endpoint, _ in
      try await withSender(to: endpoint, options: sending) { sender in
        try await sender.send(["a": [1, 2]], format: .json).processed()
        try await sender.send(Array(#"{"b": null}"#.utf8), format: .json).processed()
        let error = await #expect(throws: PouchError.self) {
          try await sender.send([1: "integer keys"], format: .json)
        }
        #expect(error?.code == .badData)
        let raw = await #expect(throws: PouchError.self) {
          try await sender.send(["a"], format: .raw)
        }
        #expect(raw?.code == .usage)
      }
    }
    #expect(got.values == [["a": [1, 2]], ["b": .null]])
  }

  @Test(
    "a payload that holds no value says why and where",
    arguments: [
      (ObjectFormat.cbor, [0x82, 0x01], PouchError.Code.badData, "at byte"),
      (.json, Array("{\"a\": tru}".utf8), .badData, "at byte"),
      (.pickle, Array("cposix\nsystem\n(Vtrue\ntR.".utf8), .badData, "posix.system"),
      (.raw, [1], .usage, "holds no value"),
    ])
  func unreadable(
    _ format: ObjectFormat, _ payload: [UInt8], _ code: PouchError.Code, _ words: String
  ) throws {
    let connection = Length10Line().connection
    let delivery = Delivery(
      id: 7, format: format, payload: Bytes(payload), attributes: nil,
      plain: DeliveryContext(connection.info))
    let errors = [
      #expect(throws: PouchError.self) { try delivery.value() },
      #expect(throws: PouchError.self) { try delivery.decode(Reading.self) },
      #expect(throws: PouchError.self) {
        try StreamedDelivery(delivery).value(of: delivery.payload)
      },
    ]
    for error in errors {
      #expect(error?.code == code)
      #expect(error?.objectID == 7)
    }
    #expect(errors[0]?.description.contains(words) == true, "\(errors[0]?.description ?? "")")
  }

  /// `numpy.array([1, 2, 3], dtype="<i4")` as NumPy 2 and protocol 4 write it.
  static let array: [UInt8] = {
    func text(_ text: String) -> [UInt8] { [0x8c, UInt8(text.utf8.count)] + Array(text.utf8) }
    var bytes: [UInt8] = [0x80, 4] + text("numpy._core.multiarray") + [0x94]
    bytes += text("_reconstruct") + [0x94, 0x93, 0x94] + text("numpy") + [0x94]
    bytes += text("ndarray") + [0x94, 0x93, 0x94, 0x4b, 0, 0x85, 0x94, 0x43, 1, 0x62, 0x94]
    bytes += [0x87, 0x94, 0x52, 0x94, 0x28, 0x4b, 1, 0x4b, 3, 0x85, 0x94, 0x68, 3]
    bytes += text("dtype") + [0x94, 0x93, 0x94] + text("i4") + [0x94, 0x89, 0x88, 0x87, 0x94]
    bytes += [0x52, 0x94, 0x28, 0x4b, 3] + text("<") + [0x94, 0x4e, 0x4e, 0x4e]
    bytes += [0x4a, 0xff, 0xff, 0xff, 0xff, 0x4a, 0xff, 0xff, 0xff, 0xff, 0x4b, 0, 0x74, 0x94]
    bytes += [0x62, 0x89, 0x43, 12, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x94, 0x74, 0x94, 0x62]
    return bytes + [0x2e]
  }()

  @Test(
    "an array of NumPy is read where the receiver says so, and nowhere else",
    arguments: [true, false], Framing.allCases)
  func numPy(_ isAllowed: Bool, _ framing: Framing) async throws {
    var (sending, receiving) = (sending, receiving)
    sending.framing = framing
    receiving.framing = framing
    receiving.formats = [.pickle]
    receiving.allowsNumPy = isAllowed
    let (sender, receiver) = (sending, receiving)
    let results = Gathered<Result<TypedArray<Int32>, PouchError>>()
    try await withReceiver(at: .memory("numpy"), receiver) { delivery in
      results.append(Result { () throws(PouchError) in try delivery.decode() })
      let value = Result { () throws(PouchError) in try delivery.value() }
      #expect((value.error == nil) == isAllowed)
    } _: { endpoint, _ in
      _ = try await withSender(to: endpoint, options: sender) { sender in
        try await sender.send(Self.array, format: .pickle)
      }
      await results.wait(for: 1)
    }
    let result = try #require(results.values.first)
    if isAllowed {
      #expect(try Array(result.get()) == [1, 2, 3])
    } else {
      #expect(result.error?.code == .badData)
      #expect(result.error?.cause?.contains("numpy") == true)
    }
  }

  // MARK: What a receiver takes

  @Test(
    "an object in a format that was not asked for is refused, whatever its size and handler",
    arguments: [10, 20_000, 700_000], ["whole", "immediate", "batches", "streamed"])
  func refused(_ size: Int, _ form: String) async throws {
    let handled = Gathered<ObjectFormat>()
    let refusals = Gathered<Refusal>()
    var options = receiving
    options.onEvent = {
      if case .objectRefused(_, _, let refusal) = $0 { refusals.append(refusal) }
    }
    let receiver = Receiver(on: .memory("refused"), options: options)
    try await receiver.bind()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        switch form {
        case "whole":
          try await receiver.run { (delivery: Delivery) async in handled.append(delivery.format) }
        case "immediate": try await receiver.run { handled.append($0.format) }
        case "batches":
          try await receiver.runBatches { for delivery in $0 { handled.append(delivery.format) } }
        default:
          try await receiver.runStreamed { delivery in
            for try await _ in delivery.body {}
            handled.append(delivery.format)
          }
        }
      }
      try await withSender(to: .memory("refused"), options: sending) { sender in
        // Small ones share a frame.
        let first = try await sender.send(pattern(size), format: .json)
        // The refusal of a large one can come before all of it was sent.
        var refusal: PouchError?
        var pickle: Receipt?
        do throws(PouchError) {
          pickle = try await sender.send(pattern(size), format: .pickle)
        } catch {
          refusal = error
        }
        let last = try await sender.send(pattern(size))
        try await first.processed()
        do throws(PouchError) {
          try await pickle?.processed()
        } catch {
          refusal = error
        }
        #expect(refusal?.code == .rejected)
        #expect(refusal?.cause?.contains("takes: raw, cbor, json (format)") == true)
        try await last.processed()
      }
      receiver.stop()
      try await group.waitForAll()
    }
    #expect(Set(handled.values) == [.json, .raw])
    #expect(refusals.values.map(\.code) == ["format"])
  }

  @Test("a sender of which nothing would be taken is turned away at once")
  func turnedAway() async throws {
    var options = receiving
    options.formats = []
    try await withReceiver(at: .memory("nothing"), options) { _ in
    } _: { endpoint, _ in
      let error = await #expect(throws: PouchError.self) {
        try await withSender(to: endpoint, options: sending) { _ in }
      }
      #expect(error?.code == .protocolMismatch)
      #expect(error?.cause?.contains("none of the formats") == true)
    }
  }

  // MARK: length10

  @Test("over length10 a value travels as a pickle, whatever its format")
  func length10() async throws {
    try await TransportKind.memory.withLength10 { endpoint, sending, receiving in
      let got = Gathered<(ObjectFormat, Value)>()
      try await withReceiver(at: endpoint, receiving) { delivery in
        got.append((delivery.format, try delivery.value()))
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          try await sender.send(Self.reading)
          try await sender.send(Value(encoding: Self.reading))
          try await sender.send(Self.reading, attributes: Attributes(name: "lost"))
          for format in [ObjectFormat.cbor, .pickle] {
            try await sender.send(Self.reading, format: format)
          }
          try await sender.send(["a": 1], format: .json)
          try await sender.send(
            batch: [Bytes(tutorialPickle), Bytes(tutorialPickle)], format: .pickle)
        }
        await got.wait(for: 8)
      }
      let item = try Value(encoding: Self.reading)
      let tutorial: Value = [1: "hi", 2: "there"]
      #expect(
        got.values.map(\.1) == Array(repeating: item, count: 5) + [["a": 1], tutorial, tutorial])
      #expect(got.values.allSatisfy { $0.0 == .pickle })
    }
  }

  @Test("over length10 raw bytes are refused, with what to do instead")
  func rawOverLength10() async throws {
    try await TransportKind.memory.withLength10 { endpoint, sending, receiving in
      try await withReceiver(at: endpoint, receiving) { _ in
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          let errors = [
            await #expect(throws: PouchError.self) { try await sender.send(Bytes([1])) },
            await #expect(throws: PouchError.self) { try await sender.send([UInt8(1)]) },
            await #expect(throws: PouchError.self) {
              try await sender.send(attributes: Attributes(size: 1)) { _ in Bytes([1]) }
            },
          ]
          for error in errors {
            #expect(error?.code == .usage)
            #expect(error?.hint?.contains("pickle") == true)
          }
          #expect(sender.summary.accepted == 0)
        }
      }
    }
  }
}
