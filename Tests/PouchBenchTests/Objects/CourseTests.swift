import Testing

@testable import PouchBench

/// Which objects start and stop the clock.
@Suite struct CourseTests {
  /// A clock that runs.
  private let clock = RoundClock(nil)

  init() { clock.start() }

  /// What a course says until it is over, or for so many objects.
  private func words(_ course: Course, most: Int = 1000) -> [UInt64] {
    var course = course
    var words: [UInt64] = []
    while words.count < most, let word = course.next() { words.append(word) }
    return words
  }

  @Test(
    "a number of objects is counted behind the warm-up and the object that starts the clock",
    arguments: [(0, 1), (0, 5), (3, 1), (10, 100)] as [(UInt64, UInt64)])
  func counted(_ warmUp: UInt64, _ objects: UInt64) {
    let words = words(
      Course(
        .count(warmUp: warmUp, objects: objects), clock: clock, begin: 0, size: 64,
        looksOften: false))
    #expect(words.count == Int(warmUp + 1 + objects))
    #expect(words.firstIndex(of: ObjectTag.start) == Int(warmUp))
    #expect(words.last == ObjectTag.last)
    #expect(words.filter { $0 != 0 }.count == 2)
  }

  @Test("a time that has passed ends a round at the first look at the clock")
  func timed() {
    // The round began when the machine was started.
    let course = Course(
      .time(warmUp: 1, duration: 0), clock: clock, begin: 0, size: 64 << 10, looksOften: false)
    #expect(words(course) == [ObjectTag.start, ObjectTag.last])
  }

  @Test("the clock is read once for 64 KiB of small objects, or for each when it must be")
  func stride() {
    let small = words(
      Course(.time(warmUp: 0, duration: 0), clock: clock, begin: 0, size: 60, looksOften: false),
      most: 5000)
    #expect(small.count == 1025)
    let often = words(
      Course(.time(warmUp: 0, duration: 0), clock: clock, begin: 0, size: 60, looksOften: true))
    #expect(often.count == 2)
  }

  @Test("a round without end goes on")
  func endless() {
    let course = Course(
      .time(warmUp: 0, duration: .max / 2), clock: clock, begin: 0, size: 64 << 10,
      looksOften: false)
    #expect(words(course, most: 5000).count == 5000)
  }

  @Test(
    "a round that ends early ends with a clock that has run", arguments: [0, 1, 4, 5, 6, 9, 10])
  func early(_ passed: Int) {
    var course = Course(
      .count(warmUp: 4, objects: 100), clock: clock, begin: 0, size: 64, looksOften: false)
    var words = (0..<passed).compactMap { _ in course.next() }
    course.endEarly()
    words += self.words(course)
    #expect(words.filter { $0 == ObjectTag.start }.count == 1)
    #expect(words.last == ObjectTag.last)
    #expect(words.count == max(passed, 0) + (passed > 4 ? 1 : 2))
  }

  @Test("what is over stays over")
  func over() {
    var course = Course(
      .count(warmUp: 0, objects: 1), clock: clock, begin: 0, size: 64, looksOften: false)
    #expect(course.next() == ObjectTag.start)
    #expect(course.next() == ObjectTag.last)
    for _ in 0..<5 { #expect(course.next() == nil) }
    course.endEarly()
    #expect(course.next() == nil)
  }

  @Test("planned times are a rate's, and connections take turns")
  func schedule() {
    let schedule = Schedule(rate: 1000, connections: 3)
    schedule.begin = 5_000_000_000
    #expect(schedule.time(of: 0) == 5_000_000_000)
    #expect(schedule.time(of: 7) == 5_007_000_000)
    var tag = ObjectTag(connection: 2)
    tag.rawValue += 4
    #expect(schedule.time(of: tag) == 5_014_000_000)
  }
}
