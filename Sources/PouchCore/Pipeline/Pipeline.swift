/// The stages of one direction of one connection, in their order, ready to work.
///
/// Used by one task at a time, in frame order.
package final class Pipeline {
  /// The most stages that a frame header's bits can name.
  package static let mostStages = 8

  /// How many bytes each stage may add to a body whose size is at the limit.
  package static let allowance = 1024

  private struct Step {
    let name: StageName
    let bit: UInt8
    let codec: any StageCodec
  }

  private let steps: [Step]

  /// The names of the stages, in order.
  package var names: [StageName] { steps.map(\.name) }

  /// Makes the codecs of `stages` for the connection that `context` describes.
  ///
  /// - Throws: `.configuration` for more than eight stages or one name twice, and what a stage
  ///   throws.
  package init(_ stages: [any Stage], context: StageContext) throws(PouchError) {
    guard stages.count <= Pipeline.mostStages else {
      throw PouchError(
        .configuration, "a pipeline has at most \(Pipeline.mostStages) stages, not \(stages.count)")
    }
    var steps: [Step] = []
    for (index, stage) in stages.enumerated() {
      let name = stage.name
      guard !steps.contains(where: { $0.name == name }) else {
        throw PouchError(.configuration, "the stage \(name) stands twice in the pipeline")
      }
      do {
        let codec = try stage.makeCodec(context)
        steps.append(Step(name: name, bit: 1 << UInt8(index), codec: codec))
      } catch {
        throw error.at(stage: name)
      }
    }
    self.steps = steps
  }

  /// Takes `body` through the stages and notes in `header` which of them were applied.
  ///
  /// - Throws: What a stage throws, with its name.
  package func seal(_ body: inout OutgoingBody, header: inout FrameHeader) throws(PouchError) {
    header.stages = 0
    for step in steps {
      do {
        switch try step.codec.encode(&body, header: header) {
        case .applied: header.stages |= step.bit
        case .declined: break
        }
      } catch {
        throw error.at(stage: step.name)
      }
    }
  }

  /// Undoes, in reverse, the stages that `header` says were applied to `body`.
  ///
  /// - Parameter limit: The most bytes that the body may have at the end.
  /// - Throws: `.badData` for a body that a stage did not make or a bit that stands for no stage,
  ///   `.limitExceeded`; with the stage's name.
  package func open(
    _ body: inout Bytes, header: FrameHeader, limit: Int
  ) throws(PouchError) {
    let applied = header.stages
    guard Int(applied) < 1 << steps.count else { throw beyond(applied) }
    var header = header
    for step in steps.reversed() {
      header.stages = applied & (step.bit - 1)
      do {
        if applied & step.bit != 0 {
          let room = limit + Pipeline.allowance * header.stages.nonzeroBitCount
          try step.codec.decode(&body, header: header, limit: room)
        } else {
          try step.codec.passOver(header: header)
        }
      } catch {
        throw error.at(stage: step.name)
      }
    }
    guard body.count <= limit else {
      throw PouchError(
        .limitExceeded, "a frame's body has \(body.count) bytes, more than the \(limit) allowed")
    }
  }

  private func beyond(_ applied: UInt8) -> PouchError {
    let bits = (0..<Pipeline.mostStages).filter { $0 >= steps.count && applied & (1 << $0) != 0 }
    return PouchError(
      .badData,
      "a frame names stage \(bits.map { String($0 + 1) }.joined(separator: ", "))"
        + " of a pipeline of \(steps.count)")
  }
}
