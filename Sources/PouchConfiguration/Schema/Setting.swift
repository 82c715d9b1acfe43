/// One setting: its entry in the table, its default, and how its value is read.
struct Setting<Value: Sendable>: Sendable {
  var descriptor: Descriptor
  /// The value when nothing says otherwise.
  var initial: Value
  /// Reads what was written; reports what is wrong with it and returns nil.
  var read: @Sendable (Written, Descriptor, inout Reading) -> Value?
}

/// A setting's value as it was written, with the place of its key.
struct Written: Sendable {
  var key: Place
  var value: Tree
}

/// A value and where it was written.
struct Placed<Value: Sendable>: Sendable {
  var value: Value
  var place: Place
}

extension Setting {
  /// A single value with a default.
  static func value(
    _ path: String..., as type: ValueType<Value>, initial: Value, roles: [Role] = Role.allCases,
    _ summary: String
  ) -> Setting {
    var descriptor = Descriptor(path, type, roles, summary)
    descriptor.initial = type.format(initial)
    return Setting(descriptor: descriptor, initial: initial) { written, descriptor, reading in
      reading.scalar(written.value, key: written.key, as: type, descriptor)?.value
    }
  }

  /// A single value that need not be there.
  static func optional<Wrapped>(
    _ path: String..., as type: ValueType<Wrapped>, roles: [Role] = Role.allCases,
    _ summary: String
  ) -> Setting where Value == Placed<Wrapped>? {
    Setting(descriptor: Descriptor(path, type, roles, summary), initial: nil) {
      written, descriptor, reading in
      reading.scalar(written.value, key: written.key, as: type, descriptor)
    }
  }

  /// A list of values, of which one may stand alone.
  static func list<Element>(
    _ path: String..., as type: ValueType<Element>, roles: [Role] = Role.allCases,
    _ summary: String
  ) -> Setting where Value == [Placed<Element>] {
    var descriptor = Descriptor(path, type, roles, summary)
    descriptor.type = "\(type.noun), or a list of them"
    descriptor.isScalar = false
    let array: JSON = .object([("type", .text("array")), ("items", descriptor.schema)])
    descriptor.schema = .object([("anyOf", .array([descriptor.schema, array]))])
    return Setting(descriptor: descriptor, initial: []) { written, descriptor, reading in
      reading.list(written, as: type, descriptor)
    }
  }
}

extension Descriptor {
  init<V>(_ path: [String], _ type: ValueType<V>, _ roles: [Role], _ summary: String) {
    self.init(
      path: path, roles: roles, type: type.noun, allowed: type.allowed, isScalar: true,
      summary: summary, schema: type.schema)
  }
}
