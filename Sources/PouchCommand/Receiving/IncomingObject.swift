internal import PouchCore
internal import Synchronization

/// The files of an object that is coming in pieces: its own, and one for each of its attachments.
final class IncomingObject: Sendable {
  /// The object's, then those of the attachments so far.
  private let files: Mutex<[IncomingFile]>

  init(_ file: IncomingFile) { files = Mutex([file]) }

  /// Writes the next pieces. Blocks.
  func write(_ pieces: [BodyParts.Piece]) throws(StorageFailure) {
    try files.withLock { files throws(StorageFailure) in
      for piece in pieces {
        try IncomingObject.begin(upTo: piece.part, &files)
        try files[piece.part].write(piece.bytes)
      }
    }
  }

  /// Gives every file its name, or none. Blocks.
  ///
  /// - Parameter attachments: How many the object has.
  /// - Returns: The names below the output directory, the object's first.
  /// - Throws: `StorageFailure` or `Refusal`.
  func commit(attachments: Int) throws -> [String] {
    try files.withLock { files in
      try IncomingObject.begin(upTo: attachments, &files)
      do {
        // The object comes last: when its file is there, so are those of its attachments.
        let others = try files.dropFirst().map { try $0.commit() }
        return try [files[0].commit()] + others
      } catch {
        for file in files { file.withdraw() }
        throw error
      }
    }
  }

  /// Begins the files of attachments up to a number, one after the other: the peer says how many there
  /// are, and costs one descriptor.
  private static func begin(
    upTo last: Int, _ files: inout [IncomingFile]
  ) throws(StorageFailure) {
    while files.count <= last {
      try files[files.count - 1].seal()
      files.append(try files[0].beginAttachment(files.count))
    }
  }
}
