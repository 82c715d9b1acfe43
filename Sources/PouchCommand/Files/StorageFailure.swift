internal import Glibc
internal import PouchCore

/// An object could not be stored, and what there is to hope.
struct StorageFailure: Error, Sendable {
  /// For this side's people.
  let error: PouchError
  /// For the sender, who learns nothing of this side's files.
  let reason: String
  /// Whether sending the object again can help.
  let isRetryable: Bool
  /// Whether no other object can be stored either.
  var isForAll = false

  init(_ error: PouchError, reason: String, isRetryable: Bool) {
    self.error = error
    self.reason = reason
    self.isRetryable = isRetryable
  }

  /// The failure of a system call.
  ///
  /// - Parameter reason: What the sender is told; nil for the system's own words.
  init(_ message: String, errno number: Int32, reason: String? = nil) {
    error = .system(.outputFailed, message, errno: number)
    self.reason = reason ?? error.cause ?? "it cannot be written"
    isRetryable = StorageFailure.canPass(number)
  }

  /// The failure of a write.
  ///
  /// - Parameter what: The thing that was written to.
  init(_ failure: SystemOutput.Failure, writing what: String) {
    error = failure.error(what)
    reason = error.cause ?? error.message
    isRetryable = StorageFailure.canPass(failure.number)
  }

  /// Whether the same may succeed at another time, by itself or when somebody makes room.
  private static func canPass(_ number: Int32) -> Bool {
    switch number {
    case EAGAIN, EBUSY, EDQUOT, EINTR, EMFILE, ENFILE, ENOENT, ENOMEM, ENOSPC, ESTALE, ETIMEDOUT:
      true
    default: false
    }
  }
}
