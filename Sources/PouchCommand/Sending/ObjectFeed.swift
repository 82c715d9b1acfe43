internal import Pouch
internal import PouchConfiguration
internal import PouchCore

/// The objects that inputs become, one after the other.
struct ObjectFeed: Sendable {
  /// What comes next.
  enum Item: Sendable {
    /// An object that is in memory.
    case whole(OutgoingObject)
    /// An input that is an object as it is, still to be read.
    case stream(OutgoingObject, InputReader)
    /// An object that came to nothing, while the others may not.
    case failed(label: String, PouchError)
    /// No object: something that was left out, and is no failure.
    case leftOut(String)
  }

  private let inputs: [InputFile]
  /// What goes beside each of them.
  private let attachments: [InputFile]
  private let headers: [String: String]
  private let settings: InputSettings
  private let maker: ObjectMaker
  /// The largest object that is held in memory, in bytes.
  private let longest: Int
  private let meter: ProgressMeter
  private let interrupt: Interrupt
  /// Whether inputs that pass as they are may be streamed.
  private let streams: Bool
  private var next = 0
  /// The lines of the input before `next`.
  private var lines: LineReader?

  init(
    _ inputs: [InputFile], attachments: [InputFile] = [], headers: [String: String],
    settings: InputSettings, framing: Framing, longest: Int, streams: Bool = true,
    meter: ProgressMeter, interrupt: Interrupt
  ) {
    self.inputs = inputs
    self.attachments = attachments
    self.headers = headers
    self.settings = settings
    maker = ObjectMaker(settings, framing)
    self.longest = longest
    self.streams = streams
    self.meter = meter
    self.interrupt = interrupt
  }

  /// The next object, or nil when there are no more.
  ///
  /// - Throws: What the interrupt brings; `.cancelled`.
  mutating func nextItem() async throws(PouchError) -> Item? {
    while true {
      if lines != nil {
        if let item = try await nextLine() { return item }
        lines = nil
      }
      guard next < inputs.count else { return nil }
      try interrupt.check()
      let input = inputs[next]
      next += 1
      meter.enter(.reading)
      do throws(PouchError) {
        if let item = try await begin(input) { return item }
      } catch {
        try stop(error)
        return .failed(label: input.label, error)
      }
    }
  }

  /// - Throws: What ends the reading of all inputs, if `error` came of that.
  private func stop(_ error: PouchError) throws(PouchError) {
    try interrupt.check()
    if error.code == .cancelled { throw error }
  }

  /// Opens an input.
  ///
  /// - Returns: The object that it is; nil when its lines are.
  private mutating func begin(_ input: InputFile) async throws(PouchError) -> Item? {
    var reader = try await input.open(interrupt, settings.isEachLine ? .end : .opened)
    if settings.isEachLine {
      lines = LineReader(reader, longest: longest)
      return nil
    }
    let attributes = Attributes(name: input.name, size: reader.size, headers: headers)
    var object = OutgoingObject(label: input.label, attributes: attributes, format: maker.asIs)
    if streams, maker.passes, attachments.isEmpty {
      reader.isBegun = true
      return .stream(object, reader)
    }
    let content = try await reader.all(longest, meter)
    (object.payload, object.format) = try await maker.make(content, input.label)
    object.attributes.size = nil
    for attachment in attachments {
      var reader = try await attachment.open(interrupt)
      object.attachments.append(try await reader.all(longest, meter))
    }
    return .whole(object)
  }

  private mutating func nextLine() async throws(PouchError) -> Item? {
    let input = inputs[next - 1]
    while true {
      meter.enter(.reading)
      let line: LineReader.Line
      do throws(PouchError) {
        guard let next = try await lines?.next() else { return rest(of: input) }
        line = next
      } catch {
        try stop(error)
        lines = nil
        return .failed(label: input.label, error)
      }
      // Many lines are read at once.
      try interrupt.check()
      meter.add(bytes: line.length)
      let label = "\(input.label):\(line.number)"
      do throws(PouchError) {
        var content = try line.content()
        if line.number == 1 {
          do throws(PouchError) {
            try maker.checkEncoding(content, input.label)
          } catch {
            // The other lines are of no other encoding.
            lines = nil
            return .failed(label: input.label, error)
          }
          content = content.withoutByteOrderMark
        }
        if maker.isBlank(content) { continue }
        // The line is no file: it has only the name that it was given.
        let name = input.isStandardInput ? input.name : nil
        var object = OutgoingObject(
          label: label, attributes: Attributes(name: name, headers: headers), format: maker.asIs)
        (object.payload, object.format) = try await maker.make(content, label)
        return .whole(object)
      } catch {
        return .failed(label: label, error)
      }
    }
  }

  /// What the input has behind its last line.
  private mutating func rest(of input: InputFile) -> Item? {
    guard let unfinished = lines.take()?.unfinished else { return nil }
    let length = HumanText.size(UInt64(unfinished.length))
    return .leftOut(
      "'\(input.label):\(unfinished.number)' was left out: it was still being written, and had "
        + length)
  }
}

/// An object on its way out.
struct OutgoingObject: Sendable {
  /// For people.
  var label: String
  var attributes: Attributes
  var format: ObjectFormat
  /// None for one that is still to be read.
  var payload = Bytes()
  var attachments: [Bytes] = []

  /// The size in bytes, attachments included.
  var size: UInt64 { attachments.reduce(UInt64(payload.count)) { $0 + UInt64($1.count) } }
}
