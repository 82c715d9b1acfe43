/// The meter of a receiver whose handler is called from one connection only.
///
/// `@unchecked Sendable`: the handler runs for one object of a connection at a time, and the meter
/// is read after `run` has returned. It lies behind a pointer so that the other workloads, whose
/// meters are local variables, have no advantage in a check of exclusive access for each object.
final class Tally: @unchecked Sendable {
  private let storage: UnsafeMutablePointer<Meter>

  init(_ load: Load) {
    storage = .allocate(capacity: 1)
    storage.initialize(to: Meter(load))
  }

  deinit {
    storage.deinitialize(count: 1)
    storage.deallocate()
  }

  var meter: Meter { storage.pointee }

  @inline(__always)
  func add(_ object: UnsafeRawBufferPointer) {
    storage.pointee.add(object)
  }
}
