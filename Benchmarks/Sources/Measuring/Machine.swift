import Foundation
import Glibc

/// What the figures were taken on.
package enum Machine {
  package static var description: String {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return "\(processor ?? "unknown processor"), \(cores) cores, load \(load)"
  }

  private static var processor: String? {
    let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// How many processes wanted to run in the last minute.
  package static var load: String {
    var load = 0.0
    return getloadavg(&load, 1) == 1 ? String(format: "%.2f", load) : "unknown"
  }
}
