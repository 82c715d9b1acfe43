internal import Glibc
internal import PouchCore
internal import PouchSockets

/// The descriptors 0, 1 and 2, which are stdin, stdout and stderr whoever else would like to have
/// their numbers.
package enum StandardDescriptors {
  /// Takes the numbers of those that were closed when the program started: the first socket or file
  /// to be opened would get them, and what is meant for stdout would go there. To be called before
  /// anything is opened.
  package static func reserve() {
    // Opened the wrong way round: to use it fails as if it were closed.
    reserve(STDIN_FILENO, O_WRONLY)
    reserve(STDOUT_FILENO, O_RDONLY)
    reserve(STDERR_FILENO, O_RDONLY)
  }

  /// Lets the program have as many descriptors as the system allows it.
  package static func raiseLimit() { DescriptorLimit.raise() }

  private static func reserve(_ number: Int32, _ flags: Int32) {
    guard fcntl(number, F_GETFD) < 0, errno == EBADF else { return }
    // The lowest number that is free is this one: those below it are taken.
    _ = open("/dev/null", flags)
  }

  /// - Throws: `.outputFailed` when stdout is closed, or open for reading alone.
  static func checkOutput() throws(PouchError) {
    let flags = fcntl(STDOUT_FILENO, F_GETFL)
    guard flags < 0 || flags & O_ACCMODE == O_RDONLY else { return }
    throw PouchError(
      .outputFailed, "stdout is closed", hint: "give it a file or a pipe that can be written")
  }
}
