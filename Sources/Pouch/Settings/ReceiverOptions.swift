public import PouchCore
internal import PouchStages
public import PouchTLS

/// How a receiver behaves.
public struct ReceiverOptions: Sendable {
  /// How objects are told apart on the stream; both ends must use the same. With `length10`,
  /// `requiredStages` must be empty, and `window` and `formats` mean nothing.
  public var framing = Framing.pouch
  /// The formats of objects that are handed over. An object in another one is refused, and a
  /// sender that announces none of them is not served. `pickle` is taken only where it is named
  /// here, or with the framing `length10`.
  public var formats: Set<ObjectFormat> = [.raw, .cbor, .json]
  /// Whether `Delivery.decode` and `Delivery.value` read NumPy's arrays and scalars in pickles.
  public var allowsNumPy = false
  /// The stages that this receiver can undo: the standard ones; add your own.
  public var stages = StandardStages.registry()
  /// Stages that a sender must use, whatever else it uses. Security and integrity are demanded,
  /// never negotiated down.
  public var requiredStages: [StageName] = []
  /// The only stages that a sender may use; nil for every one that is known.
  public var allowedStages: [StageName]?
  /// What a sender may have in flight.
  public var window = Window.standard
  /// Whether an end is an error when objects did not come whole because their connections ended:
  /// `run` then throws `.objectsFailed` once it is over, which says how many and why. With false it
  /// returns, and `Receiver.summary` tells: for a receiver that serves for long, where one sender
  /// that died is no reason to call the whole run a failure.
  public var failsIfIncomplete = true
  /// How TLS endpoints prove who they are; nil where none is used.
  public var tls: TLSSettings?
  public var limits = Limits()
  public var timeouts = Timeouts()
  /// The transports by scheme; add your own.
  public var transports = Transports()
  /// Called when something happens to a connection. Keep it short: it runs on a loop.
  public var onEvent: (@Sendable (ConnectionEvent) -> Void)?

  public init() {}

  /// - Throws: `.configuration` for a demand that the framing cannot meet.
  func checkFraming() throws(PouchError) {
    guard framing == .length10, let stage = requiredStages.first else { return }
    throw PouchError(
      .configuration, "the framing length10 has no pipeline, and '\(stage)' is required",
      hint: "use the framing pouch, or require no stage", stage: stage)
  }

  var receptionPolicy: ReceptionPolicy {
    var policy = ReceptionPolicy()
    policy.formats = ObjectFormatSet(formats)
    policy.allowsNumPy = allowsNumPy
    if let onEvent { policy.onRefusal = { onEvent(.objectRefused($0, $1, $2)) } }
    return policy
  }

  /// Makes the stages that a sender announces, or says what this receiver wants instead.
  func accept(_ announced: [AnnouncedStage]) throws(PouchError) -> [any Stage] {
    let names = announced.map(\.name)
    for required in requiredStages where !names.contains(required) {
      throw PouchError(
        .protocolMismatch,
        "the pipeline lacks '\(required)', which this receiver requires",
        hint: "add it to the sender's pipeline", stage: required)
    }
    if let allowedStages, let other = names.first(where: { !allowedStages.contains($0) }) {
      let list = allowedStages.map(\.rawValue).joined(separator: ", ")
      throw PouchError(
        .protocolMismatch,
        "the pipeline has '\(other)', which this receiver does not allow; allowed: "
          + (list.isEmpty ? "none" : list), stage: other)
    }
    var made: [any Stage] = []
    for stage in announced {
      made.append(try stages.makeStage(named: stage.name, parameters: stage.parameters))
    }
    return made
  }
}
