import Foundation
import Measuring

/// Curves as comma-separated values: a line for each point.
struct CurveFile {
  let horizontal: String
  let vertical: String
  let curves: [Curve]

  var csv: String {
    var lines = ["curve,\(horizontal),\(vertical) median,lowest,highest"]
    for curve in curves {
      for point in curve.points {
        let values = [point.samples.median, point.samples.lowest, point.samples.highest]
        lines.append(
          ([curve.name.replacing(",", with: ""), String(format: "%.0f", point.x)]
            + values.map { String(format: "%.6g", $0) }).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
