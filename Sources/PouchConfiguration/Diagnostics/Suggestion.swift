/// The candidate that a mistyped word most likely meant, if one is near enough.
func nearest(to word: String, among candidates: [String]) -> String? {
  let word = normalised(word)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(Array(word), Array(normalised(candidate)))
    if distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  guard let best, best.distance <= max(1, word.count / 3) else { return nil }
  return best.candidate
}

private func normalised(_ word: String) -> String {
  // A longer word than any key is not a slip of the fingers, and comparing it would be slow.
  String(word.lowercased().prefix(64).map { $0 == "_" ? "-" : $0 })
}

/// Optimal string alignment: insertions, deletions, substitutions and swapped neighbours.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i]
    row.reserveCapacity(b.count + 1)
    for j in 1...b.count {
      let cost = a[i - 1] == b[j - 1] ? 0 : 1
      var distance = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        distance = min(distance, beforeLast[j - 2] + 1)
      }
      row.append(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
