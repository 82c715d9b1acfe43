import PouchCore

extension FuzzTarget {
  /// A stream in the framing of the Python tutorial: what it holds does not depend on the pieces in
  /// which it arrives, and what was read can be written again. The first byte says how long the
  /// pieces are.
  static let length10 = FuzzTarget(name: "length10") { bytes throws(Mismatch) in
    let stream = Array(bytes.dropFirst())
    let whole = Length10Reading(stream, step: max(stream.count, 1))
    let pieces = Length10Reading(stream, step: Int(bytes.first ?? 0) + 1)
    guard whole == pieces else { throw Mismatch("the pieces of a stream change what it holds") }
    var again: [UInt8] = []
    for object in whole.objects {
      guard let header = try? Length10.header(for: UInt64(object.count)) else {
        throw Mismatch("a length that was read cannot be written")
      }
      again += header.array + object
    }
    let copy = Length10Reading(again, step: max(again.count, 1))
    guard copy.objects == whole.objects, copy.code == nil else {
      throw Mismatch("an object changed when it was written again")
    }
  }
}

/// What a stream holds, and how it ends.
private struct Length10Reading: Equatable {
  var objects: [[UInt8]] = []
  /// Why nothing more can be read; nil at a clean end.
  var code: PouchError.Code?

  init(_ stream: [UInt8], step: Int) {
    var buffer = ByteBuffer()
    var decoder = Length10Decoder(limit: 1 << 20)
    // Payloads are taken whole and piece by piece in turn.
    var object: [UInt8]?
    do throws(PouchError) {
      for start in stride(from: 0, to: stream.count, by: step) {
        buffer.append(Array(stream[start..<min(start + step, stream.count)]))
        while true {
          if object == nil {
            guard try decoder.nextHeader(&buffer) != nil else { break }
            object = []
          }
          if decoder.count % 2 == 0 {
            while let piece = decoder.takePiece(&buffer, longest: 7) { object? += piece.array }
            guard decoder.remaining == 0 else { break }
          } else {
            guard let whole = decoder.takeWhole(&buffer) else { break }
            object? += whole.array
          }
          objects.append(object ?? [])
          object = nil
        }
      }
      code = decoder.truncation(buffer)?.code
    } catch {
      _ = error.description
      code = error.code
    }
  }
}
