/// A map in GeoJSON (RFC 7946): rings of longitude and latitude, three arrays deep, which is what a
/// well-known test of JSON parsers is made of.
struct Coordinates: Codable, Equatable {
  struct Feature: Codable, Equatable {
    var type: String
    var properties: [String: String]
    var geometry: Geometry
  }

  struct Geometry: Codable, Equatable {
    var type: String
    var coordinates: [[[Double]]]
  }

  var type: String
  var features: [Feature]

  /// One feature of many rings, each a closed walk along a coast.
  ///
  /// - Parameter points: How many pairs there are about, in all.
  static func map(points: Int) -> Coordinates {
    var random = RandomSource(seed: 2)
    var rings: [[[Double]]] = []
    var left = points
    while left > 0 {
      let count = min(left, Int.random(in: 8..<240, using: &random))
      left -= count
      rings.append(ring(count, &random))
    }
    let geometry = Geometry(type: "Polygon", coordinates: rings)
    return Coordinates(
      type: "FeatureCollection",
      features: [Feature(type: "Feature", properties: ["name": "Coast"], geometry: geometry)])
  }

  private static func ring(_ count: Int, _ random: inout RandomSource) -> [[Double]] {
    var longitude = Double.random(in: -141..<(-53), using: &random)
    var latitude = Double.random(in: 42..<83, using: &random)
    var points = (1..<max(2, count)).map { _ in
      longitude += Double.random(in: -0.1..<0.1, using: &random)
      latitude += Double.random(in: -0.05..<0.05, using: &random)
      return [longitude, latitude]
    }
    if let first = points.first { points.append(first) }
    return points
  }
}
