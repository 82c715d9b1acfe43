/// How an object's payload is serialized (docs/wire.md, section 5).
public struct ObjectFormat: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// 0 to 3: an object's head has two bits for it.
  public let rawValue: UInt8

  /// - Precondition: `rawValue` is at most 3.
  @inlinable
  public init(rawValue: UInt8) {
    precondition(rawValue <= 3, "there are four formats")
    self.rawValue = rawValue
  }

  /// The format in the lowest two of `bits`.
  @inlinable @inline(__always)
  package init(bits: UInt8) { rawValue = bits & 3 }

  /// Bytes, as they are.
  @inlinable public static var raw: ObjectFormat { ObjectFormat(rawValue: 0) }
  /// RFC 8949.
  @inlinable public static var cbor: ObjectFormat { ObjectFormat(rawValue: 1) }
  /// RFC 8259 text.
  @inlinable public static var json: ObjectFormat { ObjectFormat(rawValue: 2) }
  /// The safe subset of Python's pickle.
  @inlinable public static var pickle: ObjectFormat { ObjectFormat(rawValue: 3) }

  /// The formats that have names, in the order of their numbers.
  package static let standard: [ObjectFormat] = [.raw, .cbor, .json, .pickle]

  /// The name that the hello and the configuration use.
  public var description: String {
    ["raw", "cbor", "json", "pickle"][Int(rawValue)]
  }
}

extension ObjectFormat: Comparable {
  public static func < (left: ObjectFormat, right: ObjectFormat) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// Formats, found without hashing.
@usableFromInline
package struct ObjectFormatSet: Sendable, Hashable {
  @usableFromInline let bits: UInt16

  package init(_ formats: Set<ObjectFormat>) {
    bits = formats.reduce(0) { $0 | 1 << UInt16($1.rawValue) }
  }

  @inlinable @inline(__always)
  package func contains(_ format: ObjectFormat) -> Bool {
    bits >> UInt16(format.rawValue) & 1 != 0
  }

  /// The names, for people.
  package var text: String {
    let names = ObjectFormat.standard.filter(contains).map(\.description)
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}
