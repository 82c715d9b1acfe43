public import CBOR

/// The stages that this side can build from what a peer announces in its hello.
///
/// A stage of your own is usable at the receiving end once it is registered:
///
/// ```swift
/// var registry = StandardStages.registry()
/// registry.register("rot13") { parameters throws(PouchError) in Rot13Stage() }
/// ```
public struct StageRegistry: Sendable {
  /// Makes a stage from its announced parameters, or throws `.protocolMismatch` for parameters
  /// that it does not know or cannot use.
  public typealias Maker = @Sendable ([String: CBOR.Value]) throws(PouchError) -> any Stage

  private var makers: [StageName: Maker] = [:]

  /// A registry without stages.
  public init() {}

  /// The names of the stages that can be made, sorted.
  public var names: [StageName] {
    makers.keys.sorted { $0.rawValue < $1.rawValue }
  }

  /// Makes `name` known, in the place of what had that name.
  ///
  /// - Parameter make: Called for each connection whose peer announces the stage.
  public mutating func register(_ name: StageName, _ make: @escaping Maker) {
    makers[name] = make
  }

  /// Makes the stage that a peer announced.
  ///
  /// - Throws: `.protocolMismatch` for a name that is not registered, listing those that are, and
  ///   for parameters that the stage refuses.
  public func makeStage(
    named name: StageName, parameters: [String: CBOR.Value] = [:]
  ) throws(PouchError) -> any Stage {
    guard let make = makers[name] else {
      let known = names.map(\.rawValue).joined(separator: ", ")
      throw PouchError(
        .protocolMismatch,
        "there is no stage '\(name)' here; "
          + (known.isEmpty ? "no stage is available" : "available: \(known)"),
        stage: name)
    }
    do {
      return try make(parameters)
    } catch {
      throw error.at(stage: name)
    }
  }
}
