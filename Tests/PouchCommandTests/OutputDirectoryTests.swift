import Foundation
import PouchConfiguration
import PouchCore
import Testing

@testable import PouchCommand

/// The directory that objects are written to, whatever becomes of it.
@Suite struct OutputDirectoryTests {
  private let path = NSTemporaryDirectory() + "pouch-output-\(UUID())"
  private var files: FileManager { .default }

  private func store(_ name: String?, in directory: OutputDirectory) throws -> String {
    let file = try directory.begin(name)
    try file.write(Bytes([1, 2, 3]))
    return try file.commit()
  }

  private func names() throws -> [String] { try files.subpathsOfDirectory(atPath: path).sorted() }

  private func withDirectory(
    _ onConflict: OutputSettings.OnConflict = .rename, _ body: (OutputDirectory) throws -> Void
  ) throws {
    defer { try? files.removeItem(atPath: path) }
    try body(OutputDirectory(path, onConflict: onConflict))
  }

  /// Why `body` failed to store something.
  private func failure(_ body: () throws -> Void) -> StorageFailure? {
    do { try body() } catch { return error as? StorageFailure }
    return nil
  }

  @Test("one that is removed and made again takes objects without a restart")
  func madeAgain() throws {
    try withDirectory { directory in
      #expect(try store("a", in: directory) == "a")
      try files.removeItem(atPath: path)
      let missing = failure { _ = try store("b", in: directory) }
      #expect(missing?.isRetryable == true)
      #expect(missing?.error.description.contains("'\(path)' is not there") == true)
      #expect(missing?.reason.contains(path) == false)
      try files.createDirectory(atPath: path, withIntermediateDirectories: false)
      #expect(try store("c/d", in: directory) == "c/d")
      #expect(try names() == ["c", "c/d"])
    }
  }

  @Test("a file in its place is refused for good, until the directory is back")
  func fileInItsPlace() throws {
    try withDirectory { directory in
      try files.removeItem(atPath: path)
      #expect(files.createFile(atPath: path, contents: nil))
      let blocked = failure { _ = try store("a", in: directory) }
      #expect(blocked?.error.cause == "Not a directory")
      #expect(blocked?.isRetryable == false)
      try files.removeItem(atPath: path)
      try files.createDirectory(atPath: path, withIntermediateDirectories: false)
      let given = try store("a", in: directory)
      #expect(given == "a")
    }
  }

  @Test("one that is moved away and replaced is the new one, and numbers begin anew")
  func replaced() throws {
    let old = path + "-old"
    defer { try? files.removeItem(atPath: old) }
    try withDirectory { directory in
      for name in ["a", "a.1", "a.2"] { #expect(try store("a", in: directory) == name) }
      try files.moveItem(atPath: path, toPath: old)
      try files.createDirectory(atPath: path, withIntermediateDirectories: false)
      for name in ["a", "a.1"] { #expect(try store("a", in: directory) == name) }
      #expect(try names() == ["a", "a.1"])
      #expect(try files.contentsOfDirectory(atPath: old).sorted() == ["a", "a.1", "a.2"])
    }
  }

  @Test("an object that was begun in one that is gone can be sent again")
  func goneMeanwhile() throws {
    try withDirectory { directory in
      let file = try directory.begin("a")
      try file.write(Bytes([1]))
      try files.removeItem(atPath: path)
      let gone = failure { _ = try file.commit() }
      #expect(gone?.isRetryable == true)
    }
  }

  @Test("a name that is a directory, or too long with its number, is refused for good")
  func forGood() throws {
    try withDirectory(.overwrite) { directory in
      try files.createDirectory(atPath: path + "/a", withIntermediateDirectories: false)
      let isDirectory = failure { _ = try store("a", in: directory) }
      #expect(isDirectory?.error.cause == "Is a directory")
      #expect(isDirectory?.isRetryable == false)
    }
    try withDirectory { directory in
      let long = String(repeating: "n", count: 255)
      let given = try store(long, in: directory)
      #expect(given == long)
      let tooLong = failure { _ = try store(long, in: directory) }
      #expect(tooLong?.error.cause == "File name too long")
      #expect(tooLong?.isRetryable == false)
      let attachment = failure { _ = try directory.begin(long).beginAttachment(1).commit() }
      #expect(attachment?.isRetryable == false)
      #expect(try names() == [long])
    }
  }

  @Test("an object of which one file gets no name leaves none")
  func together() throws {
    try withDirectory { directory in
      // Its name has room for itself, and one of the attachments' has not.
      let name = String(repeating: "n", count: 255 - ".attachment-1".count)
      let object = IncomingObject(try directory.begin(name))
      let pieces = (0...10).map { BodyParts.Piece(part: $0, bytes: Bytes([1])) }
      try object.write(pieces)
      let tooLong = failure { _ = try object.commit(attachments: 10) }
      #expect(tooLong?.isRetryable == false)
      #expect(try names().allSatisfy { $0.hasPrefix(ObjectName.reserved) })
    }
  }

  @Test(
    "sending again can help where room or a descriptor may come, and nowhere else",
    arguments: [
      (ENOSPC, true), (EDQUOT, true), (EMFILE, true), (ENFILE, true), (ENOENT, true),
      (ENAMETOOLONG, false), (EISDIR, false), (EROFS, false), (EACCES, false), (EFBIG, false),
      (EPIPE, false), (EBADF, false), (EINVAL, false),
    ] as [(Int32, Bool)])
  func retryable(_ number: Int32, _ isRetryable: Bool) {
    #expect(StorageFailure("it failed", errno: number).isRetryable == isRetryable)
    let failure = SystemOutput.Failure(written: 0, number: number)
    #expect(StorageFailure(failure, writing: "it").isRetryable == isRetryable)
  }
}
