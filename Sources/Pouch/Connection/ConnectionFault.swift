package import PouchCore

/// What a handler of a streamed object throws when the peer has to go, and not the object alone.
package struct ConnectionFault: Error {
  package let error: PouchError

  package init(_ error: PouchError) { self.error = error }
}
