package import PouchCore

/// What a command's exit status says, after sysexits.h where that has a word for it.
package enum ExitStatus: Int32, Sendable {
  case success = 0
  case unexpected = 1
  case objectsFailed = 2
  case usage = 64
  case badData = 65
  case inputMissing = 66
  case unreachable = 69
  /// No descriptor is left: EX_OSERR.
  case exhausted = 71
  case outputFailed = 73
  case timedOut = 75
  case protocolMismatch = 76
  case security = 77
  case configuration = 78
  case interrupted = 130
  case terminated = 143

  /// The status that a failure ends with.
  package init(_ code: PouchError.Code) {
    switch code {
    case .badData, .limitExceeded, .truncated: self = .badData
    case .inputMissing: self = .inputMissing
    case .outputFailed: self = .outputFailed
    case .unreachable, .connectionLost: self = .unreachable
    case .exhausted: self = .exhausted
    case .timedOut: self = .timedOut
    case .protocolMismatch: self = .protocolMismatch
    case .security: self = .security
    case .configuration: self = .configuration
    case .usage: self = .usage
    case .objectsFailed, .rejected, .closed, .peerClosed: self = .objectsFailed
    case .cancelled: self = .interrupted
    default: self = .unexpected
    }
  }

  /// The status that `error` ends with.
  ///
  /// What a peer sent is no input of the user's: bytes of it that are not what they should be, or too
  /// many, say that the peer speaks something else.
  package init(_ error: PouchError) {
    self = error.isOfProtocol ? .protocolMismatch : ExitStatus(error.code)
  }
}
