import Glibc
import Pouch
import PouchCore
import Testing

@testable import PouchCommand

@Suite("What waits for its turn", .timeLimit(.minutes(1))) struct SpoolTests {
  private func piece(_ number: Int, _ count: Int) -> Bytes {
    Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) })
  }

  private func rest(_ spool: Spool) async throws -> (bytes: [UInt8], kept: Int) {
    var (bytes, kept) = ([UInt8](), 0)
    while let (piece, took) = try await spool.next() {
      bytes += piece.array
      kept += took
    }
    return (bytes, kept)
  }

  @Test("comes back as it was, from memory and from the file, and is charged for what it takes")
  func order() async throws {
    let spill = Spill(directory: "/tmp")
    let spool = Spool(spill)
    var expected: [UInt8] = []
    let extra = Counted()
    for number in 0..<60 {
      let bytes = piece(number, number * 997)
      expected += bytes.array
      try await spool.add(bytes, toFile: number % 3 > 0) { extra.add($0) }
    }
    #expect(spill.size > 0)
    #expect(spool.arrived == UInt64(expected.count))
    spool.pass(piece(7, 100))
    expected += piece(7, 100).array
    spool.finish(.success(()))
    let (bytes, kept) = try await rest(spool)
    #expect(bytes == expected)
    #expect(kept == expected.count + extra.value)
    // The blocks are free again, and the next object has them.
    #expect(spill.size == 0)
  }

  @Test("gives its blocks back when nobody takes it")
  func dropped() async throws {
    let spill = Spill(directory: "/tmp")
    do {
      let spool = Spool(spill)
      try await spool.add(piece(1, 1_000_000), toFile: true) { _ in }
      #expect(spill.size >= 1_000_000)
      _ = try await spool.next()
    }
    #expect(spill.size == 0)
  }

  @Test("fails where there is no place for a file, and can be tried again")
  func noPlace() async throws {
    let spool = Spool(Spill(directory: "/nowhere"))
    let failure = await #expect(throws: StorageFailure.self) {
      try await spool.add(piece(1, 10), toFile: true) { _ in }
    }
    #expect(failure?.isRetryable == true)
    #expect(failure?.error.description.contains("'/nowhere'") == true)
    // In memory it has one.
    try await spool.add(piece(1, 10), toFile: false) { _ in }
    #expect(try await spool.next()?.bytes == piece(1, 10))
  }

  @Test("says why the rest does not come, behind what came and at once")
  func failing() async throws {
    let spool = Spool(Spill(directory: "/tmp"))
    spool.pass(piece(1, 10))
    let told = Counted()
    spool.onFailure { told.add(1) }
    spool.finish(.failure(PouchError(.truncated, "no more")))
    #expect(told.value == 1)
    #expect(throws: PouchError.self) { try spool.check() }
    #expect(try await spool.next()?.bytes.count == 10)
    await #expect(throws: PouchError.self) { try await spool.next() }
  }
}
