/// Conversions between the three widths of IEEE 754 that CBOR writes, exact or not at all.
package enum FloatBits {
  /// The value of a binary16.
  @inline(__always)
  package static func double(half bits: UInt16) -> Double {
    let magnitude = UInt32(bits & 0x7fff)
    // Put where a binary32 has its exponent and fraction, subnormal ones too, the value is as much
    // smaller as the one bias is less than the other. Infinity and NaN keep their own exponent.
    let value =
      magnitude < 0x7c00
      ? Float(bitPattern: magnitude &<< 13) * 0x1p112
      : Float(bitPattern: magnitude &<< 13 | 0x7f80_0000)
    return Double(bits & 0x8000 == 0 ? value : -value)
  }

  /// The binary16 of exactly this value, or nil where it has none.
  @inline(__always)
  static func half(exactly value: Float) -> UInt16? {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7fff_ffff
    if magnitude == 0 { return sign }
    // More than ten bits of fraction never fit, and rule out nearly everything at once.
    guard magnitude & 0x1fff == 0 else { return nil }
    let exponent = Int(magnitude >> 23) - 127
    let fraction = magnitude & 0x7f_ffff
    if exponent == 128 { return fraction == 0 ? sign | 0x7c00 : 0x7e00 }
    if exponent > 15 || exponent < -24 { return nil }
    if exponent >= -14 {
      return sign | UInt16(exponent + 15) << 10 | UInt16(fraction >> 13)
    }
    let significand = fraction | 0x80_0000
    let shift = UInt32(-exponent - 1)
    guard significand & ((1 << shift) - 1) == 0 else { return nil }
    return sign | UInt16(significand >> shift)
  }
}
