import Foundation

/// Where values lie on an axis whose steps are factors.
struct LogarithmicAxis {
  private let low: Double
  private let high: Double
  private let from: Double
  private let to: Double

  /// - Parameters:
  ///   - values: What has to lie on it, all above 0.
  ///   - from: The place of the lowest one.
  ///   - to: The place of the highest one.
  init(_ values: [Double], from: Double, to: Double) {
    let least = values.min() ?? 1
    let most = max(values.max() ?? 10, least * 1.01)
    let margin = (log10(most) - log10(least)) * 0.03
    low = log10(least) - margin
    high = log10(most) + margin
    self.from = from
    self.to = to
  }

  func place(_ value: Double) -> Double {
    from + (log10(value) - low) / (high - low) * (to - from)
  }

  /// Round values on the axis: 1, 2 and 5 times powers of ten, or the powers alone.
  var ticks: [Double] {
    let powers = Int(low.rounded(.down))...Int(high.rounded(.up))
    let factors: [Double] = high - low > 3 ? [1] : high - low > 1.5 ? [1, 3] : [1, 2, 5]
    return powers.flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
      .filter { low <= log10($0) && log10($0) <= high }
  }
}
