internal import CPouchSystem
internal import Glibc
internal import Pouch
internal import PouchTLS

/// Where figures come from: without it they say nothing.
package struct EnvironmentFacts: Sendable, Hashable, Codable {
  /// The version of this package.
  package var pouch: String
  /// `release` or `debug`.
  package var build: String
  package var kernel: String
  /// The model of the processor, as the kernel names it.
  package var processor: String
  /// How many processors this process may run on.
  package var cores: Int
  package var openSSL: String
  /// The smallest step of the clock, in nanoseconds.
  package var clockResolution: UInt64

  package var isDebug: Bool { build != "release" }

  static func now() -> EnvironmentFacts {
    EnvironmentFacts(
      pouch: PouchVersion.text, build: isDebugBuild ? "debug" : "release", kernel: kernelName(),
      processor: processorName((try? SystemFile.text("/proc/cpuinfo")) ?? ""),
      cores: Int(pouch_core_count()), openSSL: TLSLibrary.version,
      clockResolution: MonotonicClock.resolution())
  }

  /// Whether the compiler was told not to optimize: only then is the condition of `assert` looked
  /// at.
  private static var isDebugBuild: Bool {
    var isDebug = false
    func note() -> Bool {
      isDebug = true
      return true
    }
    assert(note())
    return isDebug
  }

  private static func kernelName() -> String {
    var name = utsname()
    guard uname(&name) == 0 else { return "unknown" }
    return "\(text(of: name.sysname)) \(text(of: name.release)) \(text(of: name.machine))"
  }

  private static func text<T>(of field: T) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  static func processorName(_ cpuinfo: String) -> String {
    // ARM kernels name no model.
    for line in cpuinfo.split(separator: "\n") where line.hasPrefix("model name") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    return "unknown processor"
  }
}
