import Measuring

/// What a contest measured.
struct ContestResult: Sendable {
  let contest: Contest
  /// One value of each contender for each round, in the contenders' order.
  let samples: [Samples]

  func samples(of name: String) -> Samples? {
    contest.contenders.firstIndex { $0.name == name }.map { samples[$0] }
  }

  /// What one contender measured divided by what another did in the same round, so that a
  /// disturbance that lasts meets both.
  func ratios(_ subject: String, _ reference: String) -> Samples? {
    guard let ours = samples(of: subject), let theirs = samples(of: reference) else { return nil }
    var ratios = Samples()
    for (our, their) in zip(ours.values, theirs.values) { ratios.add(our / their) }
    return ratios
  }
}
