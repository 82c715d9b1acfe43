internal import Glibc
internal import PouchCore

/// Writing to a descriptor of this process until all is written.
enum SystemOutput {
  /// Why not all was written.
  struct Failure: Error {
    /// How many bytes were written, which nobody can take back.
    let written: Int
    /// The system's number for the reason.
    let number: Int32

    /// The failure for people.
    ///
    /// - Parameter what: The thing that was written to.
    func error(_ what: String) -> PouchError {
      switch number {
      case EBADF: PouchError(.outputFailed, "\(what) is closed")
      case EPIPE:
        .system(
          .outputFailed, "\(what) cannot be written", errno: number, hint: "what read it has gone")
      default: .system(.outputFailed, "\(what) cannot be written", errno: number)
      }
    }
  }

  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32
  ) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // The descriptor is shared with somebody who made it non-blocking.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, -1)
      } else if errno != EINTR {
        throw Failure(written: bytes.count - rest.count, number: errno)
      }
    }
  }

  static func write(_ bytes: Bytes, to descriptor: Int32) throws(Failure) {
    let result: Result<Void, Failure> = bytes.withUnsafeBytes { buffer in
      Result { () throws(Failure) in try write(buffer, to: descriptor) }
    }
    try result.get()
  }

  static func write(_ text: String, to descriptor: Int32) throws(Failure) {
    var text = text
    let result: Result<Void, Failure> = text.withUTF8 { buffer in
      Result { () throws(Failure) in
        try write(UnsafeRawBufferPointer(buffer), to: descriptor)
      }
    }
    try result.get()
  }
}
