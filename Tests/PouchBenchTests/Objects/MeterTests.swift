import PouchCore
import Testing

@testable import PouchBench

/// That nothing counts unless all that was sent has arrived as it was.
@Suite struct MeterTests {
  private let content = ObjectContent(.random, size: 100)

  private func plan(_ objects: UInt64, connections: Int = 1) -> RoundPlan {
    RoundPlan(
      content: content, extent: .count(warmUp: 2, objects: objects), connections: connections)
  }

  /// The objects of one connection.
  private func objects(_ plan: RoundPlan, connection: Int = 0) -> [[UInt8]] {
    var maker = ObjectMaker(plan, connection: connection, clock: RoundClock(nil), begin: 0)
    var objects: [[UInt8]] = []
    while let tag = maker.next() {
      var memory = maker.writer.makeMemory()
      maker.writer.write(tag, into: &memory)
      objects.append(memory)
    }
    return objects
  }

  /// What a meter makes of objects that arrive.
  private func figures(
    _ plan: RoundPlan, _ arriving: [[UInt8]], sent: Int
  ) throws(PouchError) -> RoundFigures {
    let meters = MeterTable(plan)
    for object in arriving { object.withUnsafeBytes { meters.add($0) } }
    return try meters.figures(sent: UInt64(sent), "test")
  }

  @Test("objects that arrive as they were sent are counted from behind the one that starts")
  func counted() throws {
    let plan = plan(20)
    let objects = objects(plan)
    #expect(objects.count == 23)
    let figures = try figures(plan, objects, sent: 23)
    #expect(figures.objects == 20)
    #expect(figures.seconds > 0)
    #expect(figures[.throughput].map { $0 > 0 } == true)
  }

  @Test("several connections are counted together, however they mix")
  func connections() throws {
    let plan = plan(10, connections: 3)
    let lanes = (0..<3).map { objects(plan, connection: $0) }
    let mixed = lanes[0].indices.flatMap { index in lanes.map { $0[index] } }
    #expect(try figures(plan, mixed, sent: 39).objects == 30)
  }

  /// Ways to damage a run of objects, and a word of what is said then.
  private static let damages: [(@Sendable (inout [[UInt8]]) -> Void, String)] = [
    ({ $0[7][50] ^= 1 }, "content"),
    ({ $0[0][99] ^= 1 }, "content"),
    ({ $0.remove(at: 5) }, "in the place of object 5"),
    ({ $0.insert($0[5], at: 6) }, "in the place of object 6"),
    ({ $0.swapAt(8, 9) }, "in the place of object 8"),
    ({ $0[4].removeLast() }, "99 bytes"),
    ({ $0[4] = [] }, "0 bytes"),
    ({ $0.removeLast() }, "the last object did not arrive"),
    ({ $0.removeAll() }, "the last object did not arrive; 0"),
  ]

  @Test("a damaged run is bad data", arguments: damages.indices)
  func damaged(_ index: Int) throws {
    let (damage, word) = Self.damages[index]
    let plan = plan(20)
    var objects = objects(plan)
    damage(&objects)
    let error = #expect(throws: PouchError.self) {
      try figures(plan, objects, sent: objects.count)
    }
    #expect(error?.code == .badData)
    #expect(error?.description.contains(word) == true, "\(String(describing: error))")
  }

  @Test("a sender that counts otherwise than the receiver is bad data")
  func miscounted() throws {
    let plan = plan(20)
    let error = #expect(throws: PouchError.self) { try figures(plan, objects(plan), sent: 24) }
    #expect(error?.message.contains("24 objects were sent and 23 arrived") == true)
  }

  @Test("an object for a connection that there is not is bad data", arguments: [1, 2, 16_383])
  func stray(_ connection: Int) throws {
    let plan = plan(3, connections: 2)
    var arriving = objects(plan) + objects(plan, connection: 1)
    let tag = ObjectTag(connection: connection == 1 ? 7 : connection)
    arriving[1].withUnsafeMutableBytes { $0.storeBytes(of: tag.rawValue, as: UInt64.self) }
    #expect(throws: PouchError.self) { try figures(plan, arriving, sent: 12) }
  }

  @Test(
    "a bit that is changed to see whether that is noticed is noticed",
    arguments: [8, 9, 16, 64, 100])
  func corrupted(_ size: Int) throws {
    var plan = plan(5)
    plan = RoundPlan(
      content: ObjectContent(.random, size: size), extent: plan.extent, connections: 1)
    plan.corrupts = true
    let error = #expect(throws: PouchError.self) { try figures(plan, objects(plan), sent: 8) }
    #expect(error?.code == .badData)
  }

  @Test("a round in which nothing was counted is told to take longer")
  func empty() throws {
    let clock = RoundClock(nil)
    clock.start()
    clock.stop()
    let error = #expect(throws: PouchError.self) { try clock.figures(0, latency: nil, "test") }
    #expect(error?.code == .usage)
  }
}
