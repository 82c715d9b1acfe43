internal import Glibc
internal import PouchCore

/// Writing to a descriptor of this process until all is written.
enum SystemOutput {
  /// - Throws: `.outputFailed` with the system's reason.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ what: String
  ) throws(PouchError) {
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
        throw .system(.outputFailed, "\(what) cannot be written", errno: errno)
      }
    }
  }

  static func write(
    _ text: String, to descriptor: Int32, _ what: String
  ) throws(PouchError) {
    var text = text
    let result: Result<Void, PouchError> = text.withUTF8 { buffer in
      Result { () throws(PouchError) in
        try write(UnsafeRawBufferPointer(buffer), to: descriptor, what)
      }
    }
    try result.get()
  }
}
