internal import PouchCore

/// One thing to measure, as a line of the table.
package struct CaseKey: Sendable, Hashable, Codable {
  package var mode: Mode
  /// `tcp`, `tls` or `unix`.
  package var transport: String
  /// The size of every object, in bytes.
  package var size: Int
  package var pipeline: String
  package var api: API
  package var acknowledge: String
  package var connections: Int
  package var content: ContentKind
  /// In mode `latency`.
  package var roundTrip: RoundTrip?
  /// In mode `load`: objects a second.
  package var rate: Double?
}

/// Cases that have a baseline in common, and are measured in turns.
struct CaseGroup: Sendable {
  struct Variant: Sendable {
    var key: CaseKey
    var pipeline: PipelineChoice
    var acknowledge: AcknowledgementLevel
  }

  var mode: Mode
  /// nil for a receiver elsewhere.
  var carrier: Carrier?
  var size: Int
  var variants: [Variant]
}

extension BenchRequest {
  /// How long the objects of a round are counted when nobody says, in nanoseconds: the whole run of
  /// a command without options takes about 40 seconds.
  private func usualDuration(_ mode: Mode) -> UInt64 {
    mode == .load ? 1_000_000_000 : 120_000_000
  }

  /// The longest round that is not timed, in nanoseconds.
  private static let rehearsal: UInt64 = 40_000_000

  /// How long each round of a mode goes on.
  func extent(_ mode: Mode) -> RoundExtent {
    if let count {
      let each = UInt64(count / connections)
      return .count(warmUp: each / 10, objects: each)
    }
    let duration = duration ?? usualDuration(mode)
    return .time(warmUp: warmUp ?? duration / 5, duration: duration)
  }

  /// How long the round goes on that warms everything up before the others.
  func rehearsalExtent(_ mode: Mode) -> RoundExtent {
    switch extent(mode) {
    case .time(_, let duration): .time(warmUp: 0, duration: min(duration, BenchRequest.rehearsal))
    case .count(_, let objects): .count(warmUp: 0, objects: objects)
    }
  }

  /// When the receiver answers for an object in this mode.
  func level(_ mode: Mode) -> AcknowledgementLevel {
    switch mode {
    case .throughput: acknowledge ?? (remote == nil ? .none : .processed)
    case .latency: acknowledge ?? (roundTrip == .reply ? .none : .processed)
    case .load: acknowledge ?? .none
    }
  }

  /// Everything that is to be measured, in the order of the table.
  func groups() -> [CaseGroup] {
    let carriers: [Carrier?] = remote == nil ? carriers : [nil]
    var groups: [CaseGroup] = []
    for carrier in carriers {
      for size in sizes {
        for mode in modes { groups.append(group(mode, carrier, size)) }
      }
    }
    return groups
  }

  private func group(_ mode: Mode, _ carrier: Carrier?, _ size: Int) -> CaseGroup {
    let level = level(mode)
    var variants: [CaseGroup.Variant] = []
    for pipeline in pipelines {
      for api in apis {
        let key = CaseKey(
          mode: mode, transport: carrier?.rawValue ?? remote?.scheme.rawValue ?? "", size: size,
          pipeline: pipeline.text, api: api, acknowledge: level.rawValue,
          connections: connections, content: content,
          roundTrip: mode == .latency ? roundTrip : nil, rate: mode == .load ? rate : nil)
        variants.append(
          CaseGroup.Variant(key: key, pipeline: pipeline, acknowledge: level))
      }
    }
    return CaseGroup(mode: mode, carrier: carrier, size: size, variants: variants)
  }
}
