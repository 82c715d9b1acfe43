/// A row as programs keep them: text, numbers, flags, something optional, arrays in arrays.
struct Record: Codable, Equatable {
  var id: Int
  var name: String
  var city: String
  var balance: Double
  var ratio: Double
  var isActive: Bool
  var isVerified: Bool
  var comment: String?
  var tags: [String]
  var history: [[Int]]

  static func many(_ count: Int) -> [Record] {
    var random = RandomSource(seed: 1)
    return (0..<count).map { Record(id: $0, random: &random) }
  }

  private static let syllables = ["ba", "ko", "ri", "san", "tel", "mor", "vi", "lan", "que", "do"]
  private static let cities = ["Lisboa", "Oslo", "Antwerpen", "Málaga", "Kraków", "New York", "東京"]
  private static let labels = ["new", "trial", "wholesale", "overdue", "newsletter", "priority"]

  private init(id: Int, random: inout RandomSource) {
    func words(_ count: Int) -> String {
      (0..<count).map { _ in
        (0..<3).map { _ in Self.syllables.randomElement(using: &random) ?? "" }.joined()
      }.joined(separator: " ")
    }
    self.id = id
    name = words(2)
    city = Self.cities.randomElement(using: &random) ?? ""
    balance = Double.random(in: -10_000..<10_000, using: &random)
    ratio = Double.random(in: 0..<1, using: &random)
    isActive = Bool.random(using: &random)
    isVerified = Bool.random(using: &random)
    comment = Bool.random(using: &random) ? words(6) : nil
    tags = Self.labels.filter { _ in Bool.random(using: &random) }
    history = (0..<3).map { _ in
      (0..<4).map { _ in Int.random(in: 0..<100_000, using: &random) }
    }
  }
}
