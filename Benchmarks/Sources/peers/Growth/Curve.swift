import Measuring

/// How a figure grows with something else.
struct Curve: Sendable {
  struct Point: Sendable {
    var x: Double
    var samples: Samples
  }

  let name: String
  var points: [Point] = []
}
