import Testing

@testable import PouchConfiguration

@Suite("Sizes and durations")
struct QuantityTests {
  @Test(
    "a size is a number and a unit, or a number of bytes",
    arguments: [
      ("0", 0), ("512", 512), ("512 B", 512), ("512B", 512), ("64KiB", 65_536),
      ("8 MiB", 8_388_608), ("1 GiB", 1_073_741_824), ("2 TiB", 2_199_023_255_552),
      ("1 kB", 1_000), ("1 KB", 1_000), ("1 MB", 1_000_000), ("1 GB", 1_000_000_000),
      ("1 TB", 1_000_000_000_000), ("1.5 MiB", 1_572_864), ("0.5 KiB", 512),
      ("1.2500 kB", 1_250), ("007 B", 7), (" 8  MiB ", 8_388_608),
      ("8388607 TiB", 9_223_370_937_343_148_032), ("9223372036854775807", Int.max),
    ])
  func sizes(_ text: String, _ bytes: Int) throws {
    #expect(try ByteSize.read(text) == bytes)
  }

  @Test(
    "what is no size is refused",
    arguments: [
      "", " ", "B", "MiB", "-1", "-1 B", "+1 B", "1 mib", "1 Mb", "1 MiB B", "1,5 MiB", "1.",
      ".5 MiB",
      "1.5", "0.3 KiB", "1e3", "0x10", "8388608 TiB", "9223372036854775808",
      "99999999999999999999 B", "1 \u{661}B", "\u{661} B", "1\tMiB", "1_000", "∞",
      "0.0000000000000000001 TiB",
    ])
  func noSizes(_ text: String) {
    #expect(throws: Complaint.self) { try ByteSize.read(text) }
  }

  @Test(
    "a duration is a number and a unit",
    arguments: [
      ("0 s", Duration.zero), ("1 ns", .nanoseconds(1)), ("7us", .microseconds(7)),
      ("250 ms", .milliseconds(250)), ("5s", .seconds(5)), ("1 min", .seconds(60)),
      ("1 h", .seconds(3_600)), ("2 d", .seconds(172_800)), ("1.5 s", .milliseconds(1_500)),
      ("0.25 min", .seconds(15)), ("0.000000001 s", .nanoseconds(1)),
      ("106751 d", .seconds(9_223_286_400)),
    ])
  func durations(_ text: String, _ duration: Duration) throws {
    #expect(try DurationText.read(text) == duration)
  }

  @Test(
    "what is no duration is refused",
    arguments: [
      "", "5", "0", "s", "-1 s", "1 m", "1 S", "1 sec", "1 s 5 ms", "1.5", "0.1 ns", "106752 d",
      "1 month", "soon",
    ])
  func noDurations(_ text: String) {
    #expect(throws: Complaint.self) { try DurationText.read(text) }
  }

  @Test(
    "amounts are written in the largest unit that divides them",
    arguments: [
      (0, "0 B"), (1, "1 B"), (1_023, "1023 B"), (1_024, "1 KiB"), (1_536, "1536 B"),
      (16 << 20, "16 MiB"), (3 << 40, "3 TiB"),
    ])
  func format(_ bytes: Int, _ text: String) throws {
    #expect(ByteSize.format(bytes) == text)
    #expect(try ByteSize.read(text) == bytes)
  }

  @Test(
    "durations likewise",
    arguments: [
      (Duration.milliseconds(250), "250 ms"), (.seconds(5), "5 s"), (.seconds(60), "1 min"),
      (.seconds(90), "90 s"), (.seconds(86_400), "1 d"), (.nanoseconds(1), "1 ns"),
    ])
  func formatDuration(_ duration: Duration, _ text: String) throws {
    #expect(DurationText.format(duration) == text)
    #expect(try DurationText.read(text) == duration)
  }
}
