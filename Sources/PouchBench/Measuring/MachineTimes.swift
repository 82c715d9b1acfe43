internal import Glibc

/// What all processors of the machine have done since it was started (proc_stat(5)).
struct MachineTimes: Sendable, Hashable {
  /// Processor seconds of every program together.
  var busy: Double
  /// Processor seconds that the hypervisor gave to other machines.
  var stolen: Double

  /// - Returns: nil when the kernel does not tell.
  static func now() -> MachineTimes? {
    (try? SystemFile.text("/proc/stat")).flatMap {
      MachineTimes($0, ticks: Double(sysconf(Int32(_SC_CLK_TCK))))
    }
  }

  /// Reads the text of /proc/stat, in which a second has so many ticks.
  init?(_ text: String, ticks: Double) {
    guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
    let fields = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    // user, nice, system, idle, iowait, irq, softirq, steal
    guard fields.count >= 8, ticks > 0 else { return nil }
    busy = (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / ticks
    stolen = fields[7] / ticks
  }
}

/// What else the machine was busy with while it was measured.
package struct MachineUse: Sendable, Hashable, Codable {
  /// How many processors other programs kept busy on average.
  package var others: Double
  /// How many processors the hypervisor kept for others on average.
  package var stolen: Double
  /// The load average of the last minute before the first round.
  package var loadBefore: Double?
}

/// Watches the machine from its making on.
struct MachineWatch: Sendable {
  private let times = MachineTimes.now()
  private let own = ProcessCost.now().processor
  private let begin = MonotonicClock.now()
  private let loadBefore: Double?

  init() {
    let text = try? SystemFile.text("/proc/loadavg")
    loadBefore = text?.split(separator: " ").first.flatMap { Double($0) }
  }

  /// What happened so far; nil when the kernel does not tell.
  func use() -> MachineUse? {
    guard let before = times, let after = MachineTimes.now() else { return nil }
    let seconds = Double(MonotonicClock.now() - begin) / 1e9
    let own = Double(ProcessCost.now().processor - own) / 1e9
    guard seconds > 0 else { return nil }
    return MachineUse(
      others: max(0, after.busy - before.busy - own) / seconds,
      stolen: max(0, after.stolen - before.stolen) / seconds, loadBefore: loadBefore)
  }
}
