import Measuring

/// What was measured, as tables.
struct Report {
  let results: [ContestResult]

  private static func isOurs(_ name: String) -> Bool { name.hasPrefix("pouch") }

  /// Peers that stand in one column: the same role over another transport.
  private static let columns: [(title: String, names: [String])] = [
    ("raw or OpenSSL", ["raw sockets", "OpenSSL, batches"]),
    ("raw, polling", ["raw sockets, polling"]),
    ("SSL_write each", ["OpenSSL, one SSL_write each"]),
    ("libzmq", ["libzmq", "libzmq CURVE"]),
    ("libzmq in clear", ["libzmq in the clear"]),
    ("NNG", ["NNG", "NNG TLS"]),
    ("NIO", ["NIO handlers"]),
    ("NIOAsync", ["NIOAsyncChannel"]),
    ("Python", ["Python"]),
  ]

  static let ratiosTitle = """
    Pouch's figure divided by the peer's, the median of the rounds' ratios; of round trips, smaller \
    is better. Under tls, the peers are OpenSSL in batches, libzmq with CURVE, and NNG with TLS.
    """

  /// Pouch in rows, peers in columns: Pouch's figure divided by the peer's.
  var ratios: Grid {
    let used = Self.columns.filter { column in
      results.contains { result in
        result.contest.contenders.contains { column.names.contains($0.name) }
      }
    }
    var grid = Grid(header: ["work", "Pouch", "figure"] + used.map { "÷ " + $0.title }, leading: 2)
    for result in results {
      let names = result.contest.contenders.map(\.name)
      guard names.contains(where: { name in used.contains { $0.names.contains(name) } }) else {
        continue
      }
      for name in names where Self.isOurs(name) {
        let figure = result.samples(of: name).map { result.contest.unit.text($0.median) } ?? "-"
        grid.lines.append(
          [result.contest.name, name, figure]
            + used.map { column in
              names.first { column.names.contains($0) }
                .flatMap { result.ratios(name, $0) }.map { Unit.number($0.median) } ?? ""
            })
      }
    }
    return grid
  }

  /// Each target with what was measured for it.
  var targets: Grid {
    var grid = Grid(
      header: ["work", "who", "divided by", "target", "measured", "range", "", "command"],
      leading: 3)
    for target in Target.all {
      guard let result = results.first(where: { $0.contest.name == target.contest }),
        let samples = target.reference.map({ result.ratios(target.subject, $0) })
          ?? result.samples(of: target.subject)
      else { continue }
      let unit = target.reference == nil ? result.contest.unit : nil
      func text(_ value: Double) -> String { unit?.text(value) ?? Unit.number(value) }
      let bound =
        switch target.bound {
        case .atLeast(let least): "≥ " + text(least)
        case .atMost(let most): "≤ " + text(most)
        }
      grid.lines.append([
        target.contest, target.subject, target.reference ?? "", bound, text(samples.median),
        "\(text(samples.lowest))–\(text(samples.highest))",
        target.isMet(samples.median) ? "met" : "not met",
        "make bench-peers ONLY='\(target.contest)'",
      ])
    }
    return grid
  }

  /// Every figure with its spread.
  var figures: Grid {
    var grid = Grid(header: ["work", "who", "median", "lowest", "highest"], leading: 2)
    for result in results {
      for (contender, samples) in zip(result.contest.contenders, result.samples) {
        let unit = result.contest.unit
        grid.lines.append([
          result.contest.name, contender.name, unit.text(samples.median),
          unit.text(samples.lowest), unit.text(samples.highest),
        ])
      }
    }
    return grid
  }
}
