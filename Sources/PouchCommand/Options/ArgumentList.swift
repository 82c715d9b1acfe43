internal import ArgumentParser

/// Some values of a command line, in their order: paths, or what was given to one option.
///
/// The parser takes time that grows with the square of how many arguments it has: a hundred
/// thousand paths would take it minutes. What follows one another is handed to it as one argument.
package struct ArgumentList: ExpressibleByArgument, Sendable {
  package let values: [String]

  /// What no argument of a process can hold.
  private static let separator = "\0"
  /// Fewer than this stay what they are.
  private static let fewest = 32

  package init(_ values: [String]) { self.values = values }

  package init?(argument: String) {
    values = argument.utf8.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
  }

  /// Makes one argument of many that belong together.
  ///
  /// - Parameters:
  ///   - options: The options that are lists of values.
  ///   - joinsRest: Whether what belongs to no option is one list, too.
  package static func join(
    _ arguments: [String], options: Set<String>, joinsRest: Bool
  ) -> [String] {
    let behind = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let joined = joinOptions(arguments[..<behind], options) + arguments[behind...]
    return joinsRest ? joinRest(joined) : joined
  }

  /// Joins what certainly belongs to no option: what follows an argument that is none, because an
  /// option takes one value at most, and what stands behind `--`.
  private static func joinRest(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    var run: [String] = []
    func end() {
      if run.count < fewest { joined += run } else { joined.append(join(run)) }
      run = []
    }
    var isBehindValue = false
    var isRest = false
    for argument in arguments {
      let isValue = isRest || !isOption(argument)
      if isValue, isBehindValue || isRest {
        run.append(argument)
      } else {
        end()
        joined.append(argument)
      }
      isBehindValue = isValue
      isRest = isRest || argument == "--"
    }
    end()
    return joined
  }

  /// Joins the values of each option that is given often, in the place of the first of them.
  private static func joinOptions(
    _ arguments: ArraySlice<String>, _ options: Set<String>
  ) -> [String] {
    var values: [String: [String]] = [:]
    for occurrence in occurrences(arguments, options) {
      values[occurrence.option, default: []].append(occurrence.value ?? "")
      // The parser says what is wrong with an option that has no value.
      if occurrence.value == nil { return Array(arguments) }
    }
    values = values.filter { $0.value.count >= fewest }
    if values.isEmpty { return Array(arguments) }
    var joined: [String] = []
    var next = arguments.startIndex
    for occurrence in occurrences(arguments, Set(values.keys)) {
      joined += arguments[next..<occurrence.place.lowerBound]
      next = occurrence.place.upperBound
      if let list = values[occurrence.option], !list.isEmpty {
        joined.append("\(occurrence.option)=\(join(list))")
        values[occurrence.option] = []
      }
    }
    return joined + arguments[next...]
  }

  private struct Occurrence {
    var option: String
    /// nil where none follows.
    var value: String?
    var place: Range<Int>
  }

  /// Where options of these names are given, as `--name value` or `--name=value`.
  private static func occurrences(
    _ arguments: ArraySlice<String>, _ options: Set<String>
  ) -> [Occurrence] {
    var found: [Occurrence] = []
    var index = arguments.startIndex
    while index < arguments.endIndex {
      defer { index += 1 }
      let argument = arguments[index]
      guard isOption(argument) else { continue }
      let parts = argument.utf8.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false
      ).map { String(Substring($0)) }
      guard options.contains(parts[0]) else { continue }
      if parts.count == 2 {
        found.append(Occurrence(option: parts[0], value: parts[1], place: index..<index + 1))
        continue
      }
      let next = index + 1 < arguments.endIndex ? arguments[index + 1] : "--"
      let value = isOption(next) ? nil : next
      found.append(Occurrence(option: parts[0], value: value, place: index..<index + 2))
      if value != nil { index += 1 }
    }
    return found
  }

  private static func join(_ values: [String]) -> String {
    values.joined(separator: separator)
  }

  private static func isOption(_ argument: String) -> Bool {
    argument.utf8.first == UInt8(ascii: "-") && argument.utf8.count > 1
  }
}

extension [ArgumentList] {
  /// All of them, one after the other.
  package var all: [String] { flatMap(\.values) }
}
