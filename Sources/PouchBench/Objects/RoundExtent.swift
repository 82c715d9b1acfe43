/// How long a round goes on: until a time has passed, or for a number of objects.
package enum RoundExtent: Sendable, Hashable {
  /// In nanoseconds.
  case time(warmUp: UInt64, duration: UInt64)
  /// In objects of each connection.
  case count(warmUp: UInt64, objects: UInt64)
}
