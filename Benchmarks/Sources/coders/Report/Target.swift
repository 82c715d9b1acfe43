/// What is asked of a coder: how many times as fast as a peer it has to be.
enum Target {
  /// - Returns: nil where nothing is asked.
  static func ratio(_ row: Row.Name, against peer: String, isTyped: Bool) -> Double? {
    guard row.subject == CBORSubject.name || row.subject == CBORSubject.lending else { return nil }
    switch peer {
    case JSONSubject.name:
      return isTyped ? 100 : row.operation == .encode ? 4 : 3
    case "pickle 5", "pickle 4":
      // Twice the time at most.
      return isTyped ? nil : 0.5
    case "cbor2": return 1
    case CopySubject.name: return 0.5
    default: return nil
    }
  }
}
