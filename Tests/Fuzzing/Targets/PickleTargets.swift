import CBOR
import Pickle

extension FuzzTarget {
  /// Plain data: what is read is written and read again, and is a value that CBOR holds.
  static let pickle = FuzzTarget(name: "pickle") { bytes throws(Mismatch) in
    guard let value = try read(bytes, allowsNumPy: false) else { return }
    guard let first = try? PickleEncoder().encode(value),
      let again = try? PickleDecoder(limits: limits).decode(first), again == value
    else { throw Mismatch("a pickle changed when it was written again") }
  }

  /// The same with NumPy's arrays, which are written as lists of their numbers.
  static let pickleNumPy = FuzzTarget(name: "pickle-numpy") { bytes throws(Mismatch) in
    guard let value = try read(bytes, allowsNumPy: true) else { return }
    var encoder = PickleEncoder()
    encoder.mostLists = 10_000
    let first: [UInt8]
    do throws(PickleError) {
      first = try encoder.encode(value)
    } catch {
      // An array of no elements may have a shape that is no list.
      if error.code == .limitExceeded { return }
      throw Mismatch("an array was not written as lists: \(error)")
    }
    guard let lists = try? PickleDecoder().decode(first),
      (try? PickleEncoder().encode(lists)) == first
    else { throw Mismatch("an array changed when it was written again") }
  }

  /// Small enough that what unfolds to many objects is written in no time.
  private static let limits = PickleLimits(items: 50_000)

  private static func read(
    _ bytes: [UInt8], allowsNumPy: Bool
  ) throws(Mismatch) -> Value? {
    let value: Value
    do throws(PickleError) {
      value = try PickleDecoder(limits: limits, allowsNumPy: allowsNumPy).decode(bytes)
    } catch {
      _ = error.description
      return nil
    }
    // No deeper, and with no key twice.
    guard (try? Value(decoding: value.encoded())) == value else {
      throw Mismatch("a pickle holds what CBOR does not")
    }
    return value
  }
}
