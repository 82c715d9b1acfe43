/// What arrived is not what was sent.
struct VerificationError: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}
