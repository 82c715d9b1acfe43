import Foundation
import Measuring

/// Curves over two logarithmic axes as an SVG image, which follows the reader's light or dark page.
struct Chart {
  let title: String
  /// What stands under the horizontal axis, and how its values are written.
  let horizontal: (title: String, text: (Double) -> String)
  let vertical: (title: String, text: (Double) -> String)
  let curves: [Curve]

  private static let size = (width: 760.0, height: 420.0)
  private static let left = 84.0
  private static let right = 168.0
  private static let top = 44.0
  private static let bottom = 56.0

  var svg: String {
    let points = curves.flatMap(\.points)
    let x = LogarithmicAxis(
      points.map(\.x), from: Self.left, to: Self.size.width - Self.right)
    let y = LogarithmicAxis(
      points.flatMap { [$0.samples.lowest, $0.samples.highest] },
      from: Self.size.height - Self.bottom, to: Self.top)
    var parts = [head, text(Self.left, 24, title, "title")]
    parts += y.ticks.map { tick in
      line(Self.left, y.place(tick), Self.size.width - Self.right, y.place(tick), "grid")
        + text(Self.left - 8, y.place(tick) + 4, vertical.text(tick), "end")
    }
    parts += xTicks(points).map { tick in
      line(x.place(tick), Self.top, x.place(tick), Self.size.height - Self.bottom, "grid")
        + text(x.place(tick), Self.size.height - Self.bottom + 18, horizontal.text(tick), "middle")
    }
    parts.append(
      text(
        (Self.left + Self.size.width - Self.right) / 2, Self.size.height - 12, horizontal.title,
        "middle"))
    parts.append(text(Self.left, Self.top - 6, vertical.title, "start"))
    for (number, curve) in curves.enumerated() {
      parts.append(draw(curve, number, x, y))
    }
    parts.append(legend(y))
    parts.append("</svg>\n")
    return parts.joined(separator: "\n")
  }

  /// Every value, or every other one and so on when they would touch.
  private func xTicks(_ points: [Curve.Point]) -> [Double] {
    let values = Set(points.map(\.x)).sorted()
    let most = 8
    let step = max(1, (values.count + most - 1) / most)
    return stride(from: 0, to: values.count, by: step).map { values[$0] }
  }

  private func draw(
    _ curve: Curve, _ number: Int, _ x: LogarithmicAxis, _ y: LogarithmicAxis
  ) -> String {
    let places = curve.points.map { (x.place($0.x), y.place($0.samples.median), $0) }
    let path = places.map { "\(format($0.0)),\(format($0.1))" }.joined(separator: " ")
    var parts = [#"<polyline class="c\#(number % 6) curve" points="\#(path)"/>"#]
    for (across, up, point) in places {
      let low = y.place(point.samples.lowest)
      let high = y.place(point.samples.highest)
      parts.append(
        #"<line class="c\#(number % 6) spread" x1="\#(format(across))" y1="\#(format(low))" "#
          + #"x2="\#(format(across))" y2="\#(format(high))"/>"#
          + #"<circle class="f\#(number % 6)" cx="\#(format(across))" cy="\#(format(up))" r="3"/>"#)
    }
    return parts.joined(separator: "\n")
  }

  /// The curves' names beside their ends, moved apart where they would lie on each other.
  private func legend(_ y: LogarithmicAxis) -> String {
    let ends = curves.enumerated().compactMap { number, curve in
      curve.points.last.map { (number, curve.name, y.place($0.samples.median)) }
    }.sorted { $0.2 < $1.2 }
    var lowest = Self.top
    return ends.map { number, name, place in
      let at = max(place + 4, lowest)
      lowest = at + 16
      return #"<text class="f\#(number % 6)" x="\#(format(Self.size.width - Self.right + 10))" "#
        + #"y="\#(format(at))">\#(name)</text>"#
    }.joined(separator: "\n")
  }

  private func line(_ x: Double, _ y: Double, _ toX: Double, _ toY: Double, _ kind: String)
    -> String
  {
    #"<line class="\#(kind)" x1="\#(format(x))" y1="\#(format(y))" x2="\#(format(toX))" "#
      + #"y2="\#(format(toY))"/>"#
  }

  private func text(_ x: Double, _ y: Double, _ text: String, _ kind: String) -> String {
    #"<text class="\#(kind)" x="\#(format(x))" y="\#(format(y))">\#(text)</text>"#
  }

  private func format(_ value: Double) -> String { String(format: "%.1f", value) }

  /// Six hues that can be told apart, darker on light pages and lighter on dark ones.
  private var head: String {
    let light = ["#0b62c4", "#b3401a", "#1a7f37", "#7a3fb0", "#8a6100", "#5c6470"]
    let dark = ["#6cb2ff", "#ff9b73", "#5fd07e", "#c79bff", "#e3b341", "#a9b2bf"]
    func colours(_ list: [String]) -> String {
      list.enumerated().map { ".c\($0){stroke:\($1)}.f\($0){fill:\($1)}" }.joined()
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.size.width)) \
      \(Int(Self.size.height))" role="img" aria-label="\(title)">
      <style>
      text{font:12px system-ui,sans-serif;fill:#1f2328}.title{font-size:14px;font-weight:600}
      .end{text-anchor:end}.middle{text-anchor:middle}
      .grid{stroke:#d0d7de;stroke-width:1}.curve{fill:none;stroke-width:2}.spread{stroke-width:1}
      \(colours(light))
      @media (prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}\(colours(dark))}
      </style>
      """
  }
}
