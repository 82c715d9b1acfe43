import Foundation
import Measuring

/// All that was measured.
struct Report: Codable {
  var rows: [Row]
  var rounds: Int
  var python: String?
  var cbor2: String?

  /// - Parameters:
  ///   - samples: What each case took, one sample for each round.
  ///   - typed: The workloads that are typed arrays.
  init(_ samples: [(Case, Samples)], typed: Set<String>, rounds: Int, greeting: Python.Greeting?) {
    self.rounds = rounds
    python = greeting?.python
    cbor2 = greeting?.cbor2
    rows = samples.filter { Row.isOurs($0.0.subject) }.map { item, ours in
      let name = Row.Name(
        workload: item.workload, operation: item.operation, subject: item.subject)
      let peers = samples.filter {
        $0.0.workload == item.workload && $0.0.operation == item.operation
          && !Row.isOurs($0.0.subject)
      }
      return Row(
        name: name, seconds: ours.median, lowest: ours.lowest, highest: ours.highest,
        ratios: peers.map { peer, theirs in
          // Of one round each, so that a disturbance that lasts meets both.
          Row.Ratio(
            peer: peer.subject, ratio: zip(theirs.values, ours.values).map { $0 / $1 }.median,
            target: Target.ratio(
              name, against: peer.subject, isTyped: typed.contains(item.workload)))
        })
    }
  }

  var text: String {
    var peers: [String] = []
    for ratio in rows.flatMap(\.ratios) where !peers.contains(ratio.peer) {
      peers.append(ratio.peer)
    }
    let header = ["", "", "", "time"] + peers.map { "x \($0)" }
    let lines = rows.map { row in
      [row.name.workload, row.name.operation.rawValue, row.name.subject, Self.time(row.seconds)]
        + peers.map { peer in
          row.ratios.first { $0.peer == peer }.map(Self.cell) ?? ""
        }
    }
    return AlignedText.columns([header] + lines, leading: 3)
  }

  /// The targets that were not reached, one a line.
  var misses: [String] {
    rows.flatMap { row in
      row.ratios.filter(\.isMissed).map { ratio in
        "\(row.name.workload) \(row.name.operation) \(row.name.subject):"
          + " \(Self.number(ratio.ratio)) x \(ratio.peer), asked for \(Self.number(ratio.target ?? 0))"
      }
    }
  }

  private static func cell(_ ratio: Row.Ratio) -> String {
    guard let target = ratio.target else { return number(ratio.ratio) }
    return "\(number(ratio.ratio)) \(ratio.isMissed ? "<" : "≥") \(number(target))"
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() || value >= 100
      ? String(format: "%.0f", value) : String(format: value < 10 ? "%.2f" : "%.1f", value)
  }

  private static func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-6: String(format: "%.0f ns", seconds * 1e9)
    case ..<1e-3: String(format: "%.2f µs", seconds * 1e6)
    default: String(format: "%.2f ms", seconds * 1e3)
    }
  }
}
