import CBOR
import Pickle

/// What a pickle, written as Python shows it, is in diagnostic notation.
func decoded(
  _ text: String, limits: PickleLimits = PickleLimits(), allowsNumPy: Bool = false
) throws -> String {
  try PickleDecoder(limits: limits, allowsNumPy: allowsNumPy).decode(pickle(text))
    .diagnosticNotation
}

/// Why a pickle, written as Python shows it, is not read; nil where it is.
func failure(
  _ text: String, limits: PickleLimits = PickleLimits(), allowsNumPy: Bool = false
) -> PickleError? {
  failure(pickle(text), limits: limits, allowsNumPy: allowsNumPy)
}

func failure(
  _ bytes: [UInt8], limits: PickleLimits = PickleLimits(), allowsNumPy: Bool = false
) -> PickleError? {
  do {
    _ = try PickleDecoder(limits: limits, allowsNumPy: allowsNumPy).decode(bytes)
    return nil
  } catch {
    return error
  }
}
